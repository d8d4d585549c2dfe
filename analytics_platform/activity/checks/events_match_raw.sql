-- Every event of the raw log stands in activity.events exactly once, on its day.
-- table: activity.events
-- blocking: yes
SELECT event_date, sum(events) AS missing_events
FROM (
  SELECT event_date, count(DISTINCT event_id) AS events
  FROM raw.events
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date
  UNION ALL
  SELECT event_date, -count(*) AS events
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date
) AS sides
GROUP BY event_date
HAVING sum(events) <> 0
ORDER BY event_date
