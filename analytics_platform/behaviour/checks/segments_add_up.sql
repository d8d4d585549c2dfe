-- The segments of each dimension add up to the overall KPIs of the day, for every count that can.
-- table: behaviour.kpi_daily
WITH
sums AS (
  SELECT
    event_date, dimension,
    sum(dau) AS dau, sum(new_users) AS new_users, sum(sessions) AS sessions, sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds, sum(ratings) AS ratings, sum(rating_sum) AS rating_sum,
    sum(cohort_7d) AS cohort_7d, sum(retained_7d) AS retained_7d, sum(trials_28d) AS trials_28d,
    sum(converted_28d) AS converted_28d, sum(active_subscribers) AS active_subscribers
  FROM behaviour.kpi_daily
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension
)

SELECT
  parts.event_date, parts.dimension, parts.dau, overall.dau AS overall_dau, parts.events,
  overall.events AS overall_events
FROM sums AS parts
JOIN sums AS overall ON overall.event_date = parts.event_date AND overall.dimension = 'overall'
WHERE parts.dau <> overall.dau OR parts.new_users <> overall.new_users OR parts.sessions <> overall.sessions
  OR parts.events <> overall.events OR parts.engagement_seconds <> overall.engagement_seconds
  OR parts.ratings <> overall.ratings OR parts.rating_sum <> overall.rating_sum
  OR parts.cohort_7d <> overall.cohort_7d OR parts.retained_7d <> overall.retained_7d
  OR parts.trials_28d <> overall.trials_28d OR parts.converted_28d <> overall.converted_28d
  OR parts.active_subscribers <> overall.active_subscribers
ORDER BY parts.event_date, parts.dimension
