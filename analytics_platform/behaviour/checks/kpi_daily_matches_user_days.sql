-- Every additive count of a day's overall KPIs equals its sum over activity.user_days.
-- table: behaviour.kpi_daily
-- blocking: yes
SELECT
  event_date,
  sum(dau) AS excess_dau,
  sum(sessions) AS excess_sessions,
  sum(events) AS excess_events,
  sum(engagement_seconds) AS excess_engagement_seconds,
  sum(ratings) AS excess_ratings,
  sum(rating_sum) AS excess_rating_sum,
  sum(ratings_4_plus) AS excess_ratings_4_plus,
  sum(paywall_views) AS excess_paywall_views,
  sum(trial_starts) AS excess_trial_starts,
  sum(conversions) AS excess_conversions,
  sum(renewals) AS excess_renewals,
  sum(cancellations) AS excess_cancellations
FROM (
  SELECT
    event_date, dau, sessions, events, engagement_seconds, ratings, rating_sum, ratings_4_plus,
    paywall_views, trial_starts, conversions, renewals, cancellations
  FROM behaviour.kpi_daily
  WHERE event_date BETWEEN $first_day AND $last_day AND dimension = 'overall'
  UNION ALL
  SELECT
    event_date, CASE WHEN is_active THEN -1 ELSE 0 END AS dau, -sessions AS sessions, -events AS events,
    -engagement_seconds AS engagement_seconds, -ratings AS ratings, -rating_sum AS rating_sum,
    -ratings_4_plus AS ratings_4_plus, -paywall_views AS paywall_views, -trial_starts AS trial_starts,
    -conversions AS conversions, -renewals AS renewals, -cancellations AS cancellations
  FROM activity.user_days
  WHERE event_date BETWEEN $first_day AND $last_day
) AS sides
GROUP BY event_date
HAVING sum(dau) <> 0 OR sum(sessions) <> 0 OR sum(events) <> 0 OR sum(engagement_seconds) <> 0
  OR sum(ratings) <> 0 OR sum(rating_sum) <> 0 OR sum(ratings_4_plus) <> 0 OR sum(paywall_views) <> 0
  OR sum(trial_starts) <> 0 OR sum(conversions) <> 0 OR sum(renewals) <> 0 OR sum(cancellations) <> 0
ORDER BY event_date
