-- Of every series, back-tested 80 % intervals of the model to use held 65 % of the days or more, 95 % intervals 85 %.
-- table: forecasts.backtests
-- severity: warn
SELECT metric, dimension, segment, model, coverage_80, coverage_95, origins_judged
FROM forecasts.backtests
WHERE is_champion AND horizon_days IS NULL AND origins_judged >= 5
  AND (coverage_80 < 0.65 OR coverage_95 < 0.85)
