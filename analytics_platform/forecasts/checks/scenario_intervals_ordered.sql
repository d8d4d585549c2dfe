-- Every interval of a scenario lies within the wider one, and no level or ratio is below zero.
-- table: forecasts.scenarios
SELECT scenario_id, metric, event_date, ratio_low_95, ratio_low_80, ratio_high_80, ratio_high_95
FROM forecasts.scenarios
WHERE
  ratio_low_95 > ratio_low_80 OR ratio_low_80 > ratio_high_80 OR ratio_high_80 > ratio_high_95
  OR scenario_low_95 > scenario_low_80 OR scenario_low_80 > scenario_high_80 OR scenario_high_80 > scenario_high_95
  OR ratio < 0 OR scenario < 0 OR ratio_low_95 < 0
