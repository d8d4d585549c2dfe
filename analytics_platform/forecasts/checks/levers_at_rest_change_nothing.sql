-- A lever at rest, played as any other, has the ratio 1, and no lever's interval is out of order.
-- table: forecasts.scenario_levers
SELECT lever, change, metric, event_date, ratio, low_95, low_80, high_80, high_95
FROM forecasts.scenario_levers
WHERE (change = 0 AND abs(ratio - 1) > 1e-6) OR low_95 > low_80 OR low_80 > high_80 OR high_80 > high_95
