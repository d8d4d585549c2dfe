-- No snapshot counts more active days than there were, or a last visit outside its 28 days.
-- table: churn.features
SELECT event_date, user_id, recency_days, tenure_days, active_days_28d
FROM churn.features
WHERE event_date BETWEEN $first_day AND $last_day
  AND (
    recency_days NOT BETWEEN 0 AND 27
    OR recency_days > tenure_days
    OR active_days_28d NOT BETWEEN 1 AND 28 - recency_days
    OR active_days_7d > active_days_14d
    OR active_days_14d > active_days_28d
    OR active_days_28d > active_days_56d
  )
