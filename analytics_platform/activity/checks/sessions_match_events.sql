-- Feature uses, engagement and ratings of a day's sessions add up to those of its events without bots.
-- table: activity.sessions
-- blocking: yes
SELECT
  event_date,
  sum(events) AS excess_events,
  sum(engagement_seconds) AS excess_engagement_seconds,
  sum(ratings) AS excess_ratings,
  sum(rating_sum) AS excess_rating_sum
FROM (
  SELECT event_date, events, engagement_seconds, ratings, rating_sum
  FROM activity.sessions
  WHERE event_date BETWEEN $first_day AND $last_day
  UNION ALL
  SELECT
    event_date,
    -count(*) FILTER (WHERE event_name = 'feature_used') AS events,
    -coalesce(sum(engagement_seconds), 0) AS engagement_seconds,
    -count(llm_rating) AS ratings,
    -coalesce(sum(llm_rating), 0) AS rating_sum
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day
    AND NOT is_bot
    AND event_name NOT IN ('subscribed', 'renewed', 'cancelled')
  GROUP BY event_date
) AS sides
GROUP BY event_date
HAVING sum(events) <> 0 OR sum(engagement_seconds) <> 0 OR sum(ratings) <> 0 OR sum(rating_sum) <> 0
ORDER BY event_date
