-- At most 5 % of a day's deliveries repeat an event delivered before (days of 100 deliveries or more).
-- table: activity.events
-- severity: warn
SELECT
  event_date,
  count(*) AS deliveries,
  count(*) - count(DISTINCT event_id) AS repeats,
  CAST(count(*) - count(DISTINCT event_id) AS DOUBLE) / nullif(count(*), 0) AS share
FROM raw.events
WHERE event_date BETWEEN $first_day AND $last_day
GROUP BY event_date
HAVING count(*) >= 100 AND count(*) - count(DISTINCT event_id) > 0.05 * count(*)
ORDER BY event_date
