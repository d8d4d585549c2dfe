-- No platform falls silent: in no hour come fewer than a tenth of the people to be expected from its share of
-- the same weekday in two or more of the four weeks before; hours of fewer than 15 are not judged.
-- table: activity.events
-- severity: warn
WITH
visits AS (
  -- Of the four weeks before, only the weekdays of the window are read.
  SELECT DISTINCT event_date, platform, date_trunc('hour', event_time) AS hour, user_id
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 28 AND $last_day
    AND date_diff('day', event_date, CAST($last_day AS DATE)) % 7
      <= date_diff('day', CAST($first_day AS DATE), CAST($last_day AS DATE))
    AND NOT is_bot
),

hours AS (
  SELECT event_date, platform, hour, count(*) AS users FROM visits GROUP BY event_date, platform, hour
),

days AS (
  SELECT event_date, platform, sum(users) AS day_users FROM hours GROUP BY event_date, platform
),

spans AS (
  -- Hours beyond a day's first and last event may belong to another day where clocks change.
  SELECT event_date, min(hour) AS first_hour, max(hour) AS last_hour FROM hours GROUP BY event_date
),

weeks AS (
  SELECT week FROM (VALUES (1), (2), (3), (4)) AS w (week)
),

usual_hours AS (
  SELECT
    event_date + 7 * week AS event_date,
    platform,
    CASE week
      WHEN 1 THEN (hour + INTERVAL 7 DAY)
      WHEN 2 THEN (hour + INTERVAL 14 DAY)
      WHEN 3 THEN (hour + INTERVAL 21 DAY)
      ELSE (hour + INTERVAL 28 DAY)
    END AS hour,
    sum(users) AS usual_hour_users
  FROM hours
  CROSS JOIN weeks
  GROUP BY 1, 2, 3
  HAVING count(*) >= 2
),

usual_days AS (
  SELECT event_date + 7 * week AS event_date, platform, sum(day_users) AS usual_day_users
  FROM days
  CROSS JOIN weeks
  GROUP BY 1, 2
),

expectations AS (
  SELECT
    event_date, platform, hour,
    CAST(day_users AS DOUBLE) * usual_hour_users / nullif(usual_day_users, 0) AS expected_users
  FROM usual_hours
  JOIN usual_days USING (event_date, platform)
  JOIN days USING (event_date, platform)
  WHERE event_date BETWEEN $first_day AND $last_day
)

SELECT event_date, hour, platform, coalesce(users, 0) AS users, expected_users
FROM expectations
JOIN spans USING (event_date)
LEFT JOIN hours USING (event_date, platform, hour)
WHERE hour BETWEEN first_hour AND last_hour
  AND expected_users >= 15
  AND coalesce(users, 0) < expected_users / 10
ORDER BY event_date, hour, platform
