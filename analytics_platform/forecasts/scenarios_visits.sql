-- Active days since a day, by day: what the growth model learns from.
SELECT user_id, event_date
FROM activity.user_days
WHERE is_active AND event_date >= $first_day AND event_date <= $last_day
ORDER BY event_date, user_id
