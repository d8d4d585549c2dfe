-- The segments of each dimension add up to the overall users of every transition.
-- table: behaviour.lifecycle_daily
WITH
sums AS (
  SELECT event_date, dimension, previous_state, state, sum(users) AS users
  FROM behaviour.lifecycle_daily
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension, previous_state, state
)

SELECT
  parts.event_date, parts.dimension, parts.previous_state, parts.state, parts.users,
  overall.users AS overall_users
FROM sums AS parts
JOIN sums AS overall
  ON overall.event_date = parts.event_date AND overall.previous_state = parts.previous_state
  AND overall.state = parts.state AND overall.dimension = 'overall'
WHERE parts.users <> overall.users
ORDER BY parts.event_date, parts.dimension, parts.previous_state, parts.state
