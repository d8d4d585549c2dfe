-- A lever that is not moved has the ratio 1, and no lever's interval is out of order.
-- table: forecasts.scenario_levers
SELECT lever, change, metric, event_date, ratio, low_95, low_80, high_80, high_95
FROM forecasts.scenario_levers
WHERE (change = 0 AND ratio <> 1) OR low_95 > low_80 OR low_80 > high_80 OR high_80 > high_95
