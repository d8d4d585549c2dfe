-- Days on which subscriptions begin or end.
SELECT user_id, event_date, conversions, cancellations
FROM activity.user_days
WHERE (conversions > 0 OR cancellations > 0) AND event_date <= $last_day
ORDER BY event_date, user_id
