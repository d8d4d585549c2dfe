-- A scenario without changes, played as any other, has the ratio 1.
-- table: forecasts.scenarios
SELECT scenario_id, metric, event_date, ratio, ratio_low_95, ratio_high_95, difference
FROM forecasts.scenarios
WHERE scenario_id = 'baseline'
  AND (
    abs(ratio - 1) > 1e-6 OR abs(ratio_low_95 - 1) > 1e-6 OR abs(ratio_high_95 - 1) > 1e-6
    OR abs(difference) > 1e-6 * baseline
  )
