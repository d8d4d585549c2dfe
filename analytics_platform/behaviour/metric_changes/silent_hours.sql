-- Hours of one day in which a platform logged almost nothing, though the same weekday of the four weeks before
-- lets people be expected, at the level of the day's other hours: fewer than a tenth of them, and 15 or more
-- expected (as `no_silent_hours` judges).
-- Values bound: day.
-- key: platform, hour
WITH
hours AS (
  SELECT
    event_date, platform, date_trunc('hour', event_time) AS hour,
    count(DISTINCT user_id) AS users, count(*) FILTER (WHERE event_name = 'feature_used') AS events
  FROM activity.events
  WHERE event_date BETWEEN CAST($day AS DATE) - 28 AND $day
    AND date_diff('day', event_date, CAST($day AS DATE)) % 7 = 0
    AND NOT is_bot
  GROUP BY 1, 2, 3
),

spans AS (
  SELECT min(hour) AS first_hour, max(hour) AS last_hour, sum(users) AS users FROM hours WHERE event_date = $day
),

-- The log's last hour, or one a week past the day: hours from there on may still be logged.
log_ends AS (
  SELECT date_trunc('hour', max(event_time)) AS end_hour
  FROM activity.events
  WHERE event_date BETWEEN $day AND CAST($day AS DATE) + 7 AND NOT is_bot
),

usual_hours AS (
  SELECT
    platform,
    CASE date_diff('day', event_date, CAST($day AS DATE))
      WHEN 7 THEN (hour + INTERVAL 7 DAY)
      WHEN 14 THEN (hour + INTERVAL 14 DAY)
      WHEN 21 THEN (hour + INTERVAL 21 DAY)
      ELSE (hour + INTERVAL 28 DAY)
    END AS hour,
    sum(users) AS users,
    sum(events) AS events
  FROM hours
  WHERE event_date < $day
  GROUP BY 1, 2
  HAVING count(*) >= 2
),

usual_days AS (
  SELECT platform, count(DISTINCT event_date) AS days, sum(users) AS users
  FROM hours
  WHERE event_date < $day
  GROUP BY platform
),

-- Every hour that usually is busy, whether or not the day was logged.
busy_hours AS (
  SELECT
    usual_hours.platform,
    usual_hours.hour,
    coalesce(seen.users, 0) AS users,
    coalesce(seen.events, 0) AS events,
    CAST(usual_hours.users AS DOUBLE) / nullif(days, 0) AS usual_users,
    CAST(usual_hours.events AS DOUBLE) / nullif(days, 0) AS usual_events,
    coalesce(seen.users, 0) * 10 * days >= usual_hours.users AS is_lively
  FROM usual_hours
  JOIN usual_days ON usual_days.platform = usual_hours.platform
  LEFT JOIN hours AS seen
    ON seen.platform = usual_hours.platform AND seen.hour = usual_hours.hour AND seen.event_date = $day
  WHERE usual_hours.users >= 15 * days
),

platform_levels AS (
  SELECT
    platform,
    sum(users) / nullif(sum(usual_users), 0) AS users_level,
    sum(events) / nullif(sum(usual_events), 0) AS events_level
  FROM busy_hours
  WHERE is_lively
  GROUP BY platform
),

lively_levels AS (
  SELECT sum(users) / nullif(sum(usual_users), 0) AS level FROM busy_hours WHERE is_lively
),

whole_days AS (
  SELECT sum(CAST(users AS DOUBLE) / nullif(days, 0)) AS usual_users FROM usual_days
),

-- On a day without any lively hour, a hundredth of the people or more make a day off and not a silence.
day_levels AS (
  SELECT
    CASE
      WHEN lively_levels.level IS NOT NULL THEN lively_levels.level
      WHEN 100 * spans.users >= usual_users THEN spans.users / nullif(usual_users, 0)
      ELSE 1
    END AS level
  FROM whole_days
  CROSS JOIN lively_levels
  CROSS JOIN spans
),

expectations AS (
  SELECT
    busy_hours.platform, hour, users, events,
    usual_users * coalesce(users_level, level) AS expected_users,
    usual_events * coalesce(events_level, level) AS expected_events
  FROM busy_hours
  CROSS JOIN day_levels
  LEFT JOIN platform_levels ON platform_levels.platform = busy_hours.platform
),

judged AS (
  SELECT
    platform, hour, users, events, expected_users, expected_events,
    lag(hour) OVER (PARTITION BY platform ORDER BY hour) = (hour - INTERVAL 1 HOUR)
      AND lead(hour) OVER (PARTITION BY platform ORDER BY hour) = (hour + INTERVAL 1 HOUR) AS is_inner
  FROM expectations
  WHERE expected_users >= 15
)

SELECT
  judged.platform, -- Client that fell silent.
  judged.hour, -- Start of the hour (UTC).
  judged.expected_events - judged.events AS missing_events -- Feature uses to be expected that were not logged.
FROM judged
CROSS JOIN spans
CROSS JOIN log_ends
WHERE judged.users < expected_users / 10
  AND hour < end_hour
  -- Where clocks change, an hour before a day's first event or after its last may be another's: of those only
  -- hours between busy ones are judged.
  AND (hour BETWEEN first_hour AND last_hour OR is_inner)
ORDER BY hour, platform
