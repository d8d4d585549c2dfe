-- Back-tested 95 % intervals of the models to use held at least 80 % of the days, over all series together.
-- table: forecasts.backtests
-- severity: warn
SELECT avg(coverage_95) AS coverage_95, sum(origins_judged) AS origins_judged
FROM forecasts.backtests
WHERE is_champion AND horizon_days IS NULL AND dimension = 'overall' AND coverage_95 IS NOT NULL
HAVING avg(coverage_95) < 0.8
