-- No platform falls silent for an hour that normally brings it 20 events: on the same weekday of at least two
-- of the four weeks before, and by the hour's share then of the platform's events on the day itself.
-- table: activity.events
-- severity: warn
WITH
hours AS (
  -- Of the four weeks before, only the weekdays of the window are read.
  SELECT event_date, platform, date_trunc('hour', event_time) AS hour, count(*) AS events
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 28 AND $last_day
    AND date_diff('day', event_date, CAST($last_day AS DATE)) % 7
      <= date_diff('day', CAST($first_day AS DATE), CAST($last_day AS DATE))
    AND NOT is_bot
  GROUP BY 1, 2, 3
),

days AS (
  SELECT event_date, platform, sum(events) AS day_events FROM hours GROUP BY event_date, platform
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
    sum(events) AS usual_hour_events
  FROM hours
  CROSS JOIN weeks
  GROUP BY 1, 2, 3
  HAVING count(*) >= 2 AND min(events) >= 20
),

usual_days AS (
  SELECT event_date + 7 * week AS event_date, platform, sum(day_events) AS usual_day_events
  FROM days
  CROSS JOIN weeks
  GROUP BY 1, 2
)

SELECT event_date, hour, platform, CAST(day_events AS DOUBLE) * usual_hour_events / nullif(usual_day_events, 0) AS usual_events
FROM usual_hours
JOIN usual_days USING (event_date, platform)
JOIN days USING (event_date, platform)
JOIN spans USING (event_date)
LEFT JOIN hours USING (event_date, platform, hour)
WHERE event_date BETWEEN $first_day AND $last_day
  AND hour BETWEEN first_hour AND last_hour
  AND events IS NULL
  AND CAST(day_events AS DOUBLE) * usual_hour_events / nullif(usual_day_events, 0) >= 20
ORDER BY 1, 2, 3
