-- Every later value of a count over everybody equals the mean of behaviour.kpi_daily over the same days.
-- table: behaviour.metric_changes
WITH
counts AS (
  SELECT event_date, 'dau' AS metric, dau AS value FROM behaviour.kpi_daily WHERE dimension = 'overall'
  UNION ALL
  SELECT event_date, 'new_users' AS metric, new_users AS value FROM behaviour.kpi_daily WHERE dimension = 'overall'
  UNION ALL
  SELECT event_date, 'sessions' AS metric, sessions AS value FROM behaviour.kpi_daily WHERE dimension = 'overall'
  UNION ALL
  SELECT event_date, 'events' AS metric, events AS value FROM behaviour.kpi_daily WHERE dimension = 'overall'
),

changes AS (
  SELECT
    comparison, as_of_date, metric, after_value,
    CASE WHEN comparison = 'week' THEN 7 ELSE 1 END AS days
  FROM behaviour.metric_changes
  WHERE dimension = 'overall' AND component = 'total'
    AND metric IN ('dau', 'new_users', 'sessions', 'events')
)

SELECT
  comparison, as_of_date, changes.metric, max(after_value) AS found_value,
  CAST(coalesce(sum(value), 0) AS DOUBLE) / nullif(max(days), 0) AS kpi_value
FROM changes
LEFT JOIN counts
  ON counts.metric = changes.metric
  AND counts.event_date BETWEEN as_of_date - (days - 1) AND as_of_date
GROUP BY comparison, as_of_date, changes.metric
HAVING abs(max(after_value) - CAST(coalesce(sum(value), 0) AS DOUBLE) / nullif(max(days), 0)) > 0.000001
ORDER BY comparison, as_of_date, changes.metric
