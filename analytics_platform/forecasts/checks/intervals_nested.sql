-- No forecast is below zero, and each interval holds the forecast and the narrower interval.
-- table: forecasts.forecasts
SELECT event_date, made_on_date, metric, segment, model, forecast, low_50, high_50, low_80, high_80, low_95, high_95
FROM forecasts.forecasts
WHERE forecast < 0 OR low_95 < 0
  OR low_95 > low_80 OR low_80 > low_50 OR low_50 > forecast + 1e-6 * forecast
  OR high_50 < forecast - 1e-6 * forecast OR high_80 < high_50 OR high_95 < high_80
ORDER BY event_date, metric, segment, model
