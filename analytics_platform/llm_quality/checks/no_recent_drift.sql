-- No watched series got worse, and no judge changed, within the last 14 days.
-- table: llm_quality.drift
-- severity: warn
WITH
newest AS (
  SELECT max(event_date) AS event_date FROM llm_quality.drift
)

SELECT drift.event_date, kind, series, segment, value, expected, change_date, direction, cause
FROM llm_quality.drift AS drift
CROSS JOIN newest
WHERE is_alarm AND coalesce(direction, 'other') <> 'better' AND drift.event_date > newest.event_date - 14
ORDER BY drift.event_date, series, segment
