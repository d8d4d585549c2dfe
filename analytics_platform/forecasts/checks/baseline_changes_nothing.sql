-- A scenario without changes has the ratio 1.
-- table: forecasts.scenarios
SELECT scenario_id, metric, event_date, ratio
FROM forecasts.scenarios
WHERE scenario_id = 'baseline' AND (ratio <> 1 OR ratio_low_95 <> 1 OR ratio_high_95 <> 1 OR difference <> 0)
