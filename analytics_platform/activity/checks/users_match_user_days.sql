-- Active days, sessions, feature uses and engagement of all users add up to those of activity.user_days.
-- table: activity.users
SELECT
  user_id,
  sum(active_days) AS excess_active_days,
  sum(sessions) AS excess_sessions,
  sum(events) AS excess_events,
  sum(engagement_seconds) AS excess_engagement_seconds
FROM (
  SELECT user_id, active_days, sessions, events, engagement_seconds
  FROM activity.users
  UNION ALL
  SELECT
    user_id,
    -count(*) FILTER (WHERE is_active) AS active_days,
    -sum(sessions) AS sessions,
    -sum(events) AS events,
    -sum(engagement_seconds) AS engagement_seconds
  FROM activity.user_days
  GROUP BY user_id
) AS sides
GROUP BY user_id
HAVING sum(active_days) <> 0 OR sum(sessions) <> 0 OR sum(events) <> 0 OR sum(engagement_seconds) <> 0
ORDER BY user_id
