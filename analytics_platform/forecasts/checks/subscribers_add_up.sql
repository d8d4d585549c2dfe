-- Expected subscribers of a day to come are the day's before, plus conversions, less cancellations.
-- table: forecasts.subscriptions_daily
SELECT event_date, segment, active_subscribers, day_before, conversions, cancellations
FROM (
  SELECT
    event_date, dimension, segment, is_forecast, active_subscribers, conversions, cancellations,
    lag(active_subscribers) OVER (PARTITION BY dimension, segment ORDER BY event_date) AS day_before
  FROM (
    SELECT
      event_date, dimension, segment, is_forecast,
      max(value) FILTER (WHERE metric = 'active_subscribers') AS active_subscribers,
      max(value) FILTER (WHERE metric = 'conversions') AS conversions,
      max(value) FILTER (WHERE metric = 'cancellations') AS cancellations
    FROM forecasts.subscriptions_daily
    GROUP BY event_date, dimension, segment, is_forecast
  ) AS flows
) AS days
WHERE is_forecast AND abs(active_subscribers - day_before - conversions + cancellations) > 1e-6 * greatest(1, active_subscribers)
ORDER BY event_date, segment
