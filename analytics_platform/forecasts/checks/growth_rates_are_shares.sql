-- Every rate of the growth model is a share within its interval.
-- table: forecasts.growth_rates
SELECT rate, weekday, rate_used, low_95, high_95
FROM forecasts.growth_rates
WHERE rate_used < 0 OR rate_used > 1 OR low_95 > high_95 OR visits > user_days
