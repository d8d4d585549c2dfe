-- Subscriptions by role at conversion, first day and last (null: they go on), as `behaviour.kpi_daily` counts.
WITH
turns AS (
  SELECT
    user_id, role, event_date,
    conversions > cancellations AS is_subscriber,
    lag(conversions > cancellations) OVER (PARTITION BY user_id ORDER BY event_date) AS was_subscriber
  FROM activity.user_days
  WHERE conversions <> cancellations AND event_date <= $last_day
),

spells AS (
  SELECT
    role, is_subscriber, event_date AS from_date,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS to_date
  FROM turns
  WHERE is_subscriber <> coalesce(was_subscriber, FALSE)
)

SELECT role, from_date, to_date, count(*) AS users
FROM spells
WHERE is_subscriber
GROUP BY role, from_date, to_date
ORDER BY role, from_date, to_date
