-- One row per user who signed up between $first_day and $last_day and was active that day: what was done then,
-- and whether the user was active on the $retained_day-th day after.
SELECT
  people.user_id,
  people.event_date AS signup_date,
  people.role,
  people.country,
  people.platform,
  coalesce(people.acquisition_channel, 'none') AS channel,
  people.classroom_id,
  first_days.events AS uses,
  first_days.sessions,
  first_days.quiz_uses,
  back.user_id IS NOT NULL AS is_retained
FROM raw.users AS people
INNER JOIN activity.user_days AS first_days
  ON first_days.user_id = people.user_id
  AND first_days.event_date = people.event_date
  AND first_days.events > 0
LEFT JOIN activity.user_days AS back
  ON back.user_id = people.user_id
  AND back.event_date = people.event_date + $retained_day
  AND back.is_active
WHERE people.event_date BETWEEN $first_day AND $last_day
ORDER BY people.user_id
