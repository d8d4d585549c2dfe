-- Users over all numbers of active days are those active within the window, in every dimension.
-- table: behaviour.power_users
WITH
log AS (
  SELECT max(event_date) AS last_date FROM activity.user_days
),

active AS (
  SELECT
    count(DISTINCT user_id) FILTER (WHERE event_date > last_date - 7) AS wau,
    count(DISTINCT user_id) FILTER (WHERE event_date > last_date - 28) AS mau
  FROM activity.user_days
  CROSS JOIN log
  WHERE is_active
)

SELECT dimension, window_days, counted.users, counted.established_users, active.wau, active.mau
FROM (
  SELECT
    dimension, window_days, sum(users) AS users, sum(established_users) AS established_users,
    min(users - established_users) AS least_newcomers
  FROM behaviour.power_users
  GROUP BY dimension, window_days
) AS counted
CROSS JOIN active
WHERE counted.users <> CASE WHEN window_days = 7 THEN wau ELSE mau END OR least_newcomers < 0
ORDER BY dimension, window_days
