-- Hours of one day in which a platform logged almost nothing, though the same weekday of the four weeks before
-- lets people be expected: fewer than a tenth of them, and 15 or more expected (as `no_silent_hours` judges).
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

-- Hours beyond a day's first and last event may belong to another day where clocks change.
spans AS (
  SELECT min(hour) AS first_hour, max(hour) AS last_hour FROM hours WHERE event_date = $day
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
  SELECT platform, sum(users) AS users, sum(events) AS events FROM hours WHERE event_date < $day GROUP BY platform
),

days AS (
  SELECT platform, sum(users) AS users, sum(events) AS events FROM hours WHERE event_date = $day GROUP BY platform
),

-- What the day's other hours let be expected of each of its hours.
expectations AS (
  SELECT
    usual_hours.platform,
    usual_hours.hour,
    coalesce(seen.users, 0) AS users,
    coalesce(seen.events, 0) AS events,
    CAST(days.users AS DOUBLE) * usual_hours.users / nullif(usual_days.users, 0) AS expected_users,
    CAST(days.events - coalesce(seen.events, 0) AS DOUBLE) * usual_hours.events
      / nullif(usual_days.events - usual_hours.events, 0) AS expected_events
  FROM usual_hours
  JOIN usual_days ON usual_days.platform = usual_hours.platform
  JOIN days ON days.platform = usual_hours.platform
  LEFT JOIN hours AS seen
    ON seen.platform = usual_hours.platform AND seen.hour = usual_hours.hour AND seen.event_date = $day
)

SELECT
  platform, -- Client that fell silent.
  hour, -- Start of the hour (UTC).
  coalesce(expected_events, 0) - events AS missing_events -- Feature uses to be expected that were not logged.
FROM expectations
CROSS JOIN spans
WHERE hour BETWEEN first_hour AND last_hour
  AND expected_users >= 15
  AND users < expected_users / 10
ORDER BY hour, platform
