-- A day brings each platform between a third and three times the events of the same weekday of the four
-- weeks before (where that is 100 or more).
-- table: activity.events
-- severity: warn
WITH
days AS (
  SELECT event_date, platform, count(*) AS events
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 28 AND $last_day AND NOT is_bot
  GROUP BY event_date, platform
),

usual AS (
  SELECT event_date + 7 * week AS event_date, platform, avg(events) AS usual_events
  FROM days
  CROSS JOIN (VALUES (1), (2), (3), (4)) AS weeks (week)
  GROUP BY 1, 2
)

SELECT event_date, platform, coalesce(events, 0) AS events, usual_events
FROM usual
LEFT JOIN days USING (event_date, platform)
WHERE event_date BETWEEN $first_day AND $last_day
  AND usual_events >= 100
  AND (coalesce(events, 0) < usual_events / 3 OR events > usual_events * 3)
ORDER BY event_date, platform
