-- Sessions, feature uses, engagement and ratings of a day's users add up to those of its sessions.
-- table: activity.user_days
-- blocking: yes
SELECT
  event_date,
  sum(sessions) AS excess_sessions,
  sum(events) AS excess_events,
  sum(engagement_seconds) AS excess_engagement_seconds,
  sum(ratings) AS excess_ratings,
  sum(rating_sum) AS excess_rating_sum
FROM (
  SELECT event_date, sessions, events, engagement_seconds, ratings, rating_sum
  FROM activity.user_days
  WHERE event_date BETWEEN $first_day AND $last_day
  UNION ALL
  SELECT
    event_date, -1 AS sessions, -events AS events, -engagement_seconds AS engagement_seconds,
    -ratings AS ratings, -rating_sum AS rating_sum
  FROM activity.sessions
  WHERE event_date BETWEEN $first_day AND $last_day
) AS sides
GROUP BY event_date
HAVING sum(sessions) <> 0 OR sum(events) <> 0 OR sum(engagement_seconds) <> 0
  OR sum(ratings) <> 0 OR sum(rating_sum) <> 0
ORDER BY event_date
