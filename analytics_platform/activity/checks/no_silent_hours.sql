-- No platform falls silent: in no hour come fewer than a tenth of the people to be expected from the same weekday
-- in two or more of the four weeks before, at the level of the day's other hours; hours of fewer than 15 are not
-- judged, nor those after the log's last.
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
  SELECT event_date, platform, sum(users) AS users FROM hours GROUP BY event_date, platform
),

spans AS (
  SELECT event_date, min(hour) AS first_hour, max(hour) AS last_hour, sum(users) AS users
  FROM hours
  GROUP BY event_date
),

-- The log's last hour, or one a week past the window: hours from there on may still be logged.
log_ends AS (
  SELECT date_trunc('hour', max(event_time)) AS end_hour
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND CAST($last_day AS DATE) + 7 AND NOT is_bot
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
    sum(users) AS users
  FROM hours
  CROSS JOIN weeks
  GROUP BY 1, 2, 3
  HAVING count(*) >= 2
),

usual_days AS (
  SELECT event_date + 7 * week AS event_date, platform, count(*) AS days, sum(users) AS users
  FROM days
  CROSS JOIN weeks
  GROUP BY 1, 2
),

-- Every hour that usually is busy, whether or not its day was logged.
busy_hours AS (
  SELECT
    event_date, platform, hour,
    coalesce(hours.users, 0) AS users,
    CAST(usual_hours.users AS DOUBLE) / nullif(days, 0) AS usual_users,
    coalesce(hours.users, 0) * 10 * days >= usual_hours.users AS is_lively
  FROM usual_hours
  JOIN usual_days USING (event_date, platform)
  LEFT JOIN hours USING (event_date, platform, hour)
  WHERE event_date BETWEEN $first_day AND $last_day
    AND usual_hours.users >= 15 * days
),

platform_levels AS (
  SELECT event_date, platform, sum(users) / nullif(sum(usual_users), 0) AS level
  FROM busy_hours
  WHERE is_lively
  GROUP BY event_date, platform
),

lively_levels AS (
  SELECT event_date, sum(users) / nullif(sum(usual_users), 0) AS level
  FROM busy_hours
  WHERE is_lively
  GROUP BY event_date
),

whole_days AS (
  SELECT event_date, sum(CAST(users AS DOUBLE) / nullif(days, 0)) AS usual_users
  FROM usual_days
  GROUP BY event_date
),

-- On a day without any lively hour, a hundredth of the people or more make a day off and not a silence.
day_levels AS (
  SELECT
    event_date,
    CASE
      WHEN lively_levels.level IS NOT NULL THEN lively_levels.level
      WHEN 100 * spans.users >= usual_users THEN spans.users / nullif(usual_users, 0)
      ELSE 1
    END AS level
  FROM whole_days
  LEFT JOIN lively_levels USING (event_date)
  LEFT JOIN spans USING (event_date)
),

expectations AS (
  SELECT
    event_date, platform, hour, users,
    usual_users * coalesce(platform_levels.level, day_levels.level) AS expected_users
  FROM busy_hours
  JOIN day_levels USING (event_date)
  LEFT JOIN platform_levels USING (event_date, platform)
),

judged AS (
  SELECT
    event_date, platform, hour, users, expected_users,
    lag(hour) OVER (PARTITION BY event_date, platform ORDER BY hour) = (hour - INTERVAL 1 HOUR)
      AND lead(hour) OVER (PARTITION BY event_date, platform ORDER BY hour) = (hour + INTERVAL 1 HOUR) AS is_inner
  FROM expectations
  WHERE expected_users >= 15
)

SELECT event_date, hour, platform, judged.users, expected_users
FROM judged
LEFT JOIN spans USING (event_date)
CROSS JOIN log_ends
WHERE judged.users < expected_users / 10
  AND hour < end_hour
  -- Where clocks change, an hour before a day's first event or after its last may be another's: of those only
  -- hours between busy ones are judged.
  AND (hour BETWEEN first_hour AND last_hour OR is_inner)
ORDER BY event_date, hour, platform
