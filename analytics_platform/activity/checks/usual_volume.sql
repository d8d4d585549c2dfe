-- A day brings each platform from a third of the fewest to three times the most events of the same weekday in
-- two or more of the four weeks before; platforms of fewer than 100 events are not judged.
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
  SELECT event_date + 7 * week AS event_date, platform, min(events) AS fewest, max(events) AS most
  FROM days
  CROSS JOIN (VALUES (1), (2), (3), (4)) AS weeks (week)
  GROUP BY 1, 2
  HAVING count(*) >= 2
)

SELECT event_date, platform, coalesce(events, 0) AS events, fewest, most
FROM usual
LEFT JOIN days USING (event_date, platform)
WHERE event_date BETWEEN $first_day AND $last_day
  AND fewest >= 100
  AND (3 * coalesce(events, 0) < fewest OR events > 3 * most)
ORDER BY event_date, platform
