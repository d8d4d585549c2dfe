-- The forecasts to use of a count, by role, sum to the overall one.
-- table: forecasts.forecasts
SELECT event_date, metric, total, parts
FROM (
  SELECT
    event_date, metric, made_on_date,
    sum(forecast) FILTER (WHERE dimension = 'overall') AS total,
    sum(forecast) FILTER (WHERE dimension = 'role') AS parts
  FROM forecasts.forecasts
  WHERE is_champion AND metric <> 'retention_7d'
    AND made_on_date = (SELECT max(made_on_date) FROM forecasts.forecasts)
  GROUP BY event_date, metric, made_on_date
) AS sums
WHERE parts IS NOT NULL AND total IS NOT NULL AND abs(total - parts) > 1e-6 * greatest(1, total)
ORDER BY event_date, metric
