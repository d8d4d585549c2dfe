-- What came lay in the 95 % intervals of earlier forecasts about as often as promised. Days of a week miss together,
-- so that their misses vary seven times as much as a binomial's; three standard deviations are tolerated.
-- table: forecasts.forecasts
-- severity: warn
WITH
actual AS (
  SELECT event_date, dimension, segment, 'dau' AS metric, CAST(dau AS DOUBLE) AS value FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'wau' AS metric, CAST(wau AS DOUBLE) AS value FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'mau' AS metric, CAST(mau AS DOUBLE) AS value FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'new_users' AS metric, CAST(new_users AS DOUBLE) AS value
  FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'trial_starts' AS metric, CAST(trial_starts AS DOUBLE) AS value
  FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'conversions' AS metric, CAST(conversions AS DOUBLE) AS value
  FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'active_subscribers' AS metric, CAST(active_subscribers AS DOUBLE) AS value
  FROM behaviour.kpi_daily
  UNION ALL
  SELECT event_date, dimension, segment, 'retention_7d' AS metric, retention_7d AS value FROM behaviour.kpi_daily
),

judged AS (
  SELECT
    metric, segment,
    count(*) AS days,
    count(*) FILTER (WHERE value < low_95 OR value > high_95) AS missed,
    max(event_date) AS event_date
  FROM forecasts.forecasts
  JOIN actual USING (event_date, dimension, segment, metric)
  WHERE is_champion AND low_95 IS NOT NULL AND value IS NOT NULL
  GROUP BY metric, segment
)

SELECT event_date, metric, segment, days, missed
FROM judged
WHERE missed > 0.05 * days + 3 * sqrt(7 * 0.05 * 0.95 * days)
ORDER BY metric, segment
