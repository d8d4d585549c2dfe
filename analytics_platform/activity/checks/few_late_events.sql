-- At most 10 % of a day's events are received more than an hour late (days of 100 events or more).
-- table: activity.events
-- severity: warn
SELECT
  event_date,
  count(*) AS events,
  count(*) FILTER (WHERE is_late) AS late_events,
  CAST(count(*) FILTER (WHERE is_late) AS DOUBLE) / nullif(count(*), 0) AS share
FROM activity.events
WHERE event_date BETWEEN $first_day AND $last_day
GROUP BY event_date
HAVING count(*) >= 100 AND count(*) FILTER (WHERE is_late) > 0.1 * count(*)
ORDER BY event_date
