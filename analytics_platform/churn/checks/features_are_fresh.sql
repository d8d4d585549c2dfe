-- Every sixth day on which anybody was active within 28 days has its snapshot.
-- table: churn.features
WITH
due AS (
  SELECT DISTINCT event_date
  FROM activity.user_days
  WHERE is_active
    AND event_date BETWEEN $first_day AND $last_day
    AND date_diff('day', DATE '2024-01-01', event_date) % 6 = 0
)

SELECT due.event_date
FROM due
LEFT JOIN churn.features AS snapshots ON snapshots.event_date = due.event_date
WHERE snapshots.event_date IS NULL
