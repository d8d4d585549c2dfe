-- Everybody ever active, with the first such day and the classroom last known.
SELECT
  user_id,
  min(event_date) AS first_date,
  max_by(classroom_id, event_date) AS classroom_id
FROM activity.user_days
WHERE is_active AND event_date <= $last_day
GROUP BY user_id
ORDER BY user_id
