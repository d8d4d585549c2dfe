-- Users by country, part of its users and day of sign-up; bots, who have no user-days, are left out.
SELECT
  people.country,
  coalesce(people.classroom_id, people.user_id) % 16 AS part,
  people.event_date AS signup_date,
  count(*) AS users
FROM raw.users AS people
WHERE people.event_date BETWEEN $first_day AND $last_day
  AND EXISTS (SELECT 1 FROM activity.user_days AS known WHERE known.user_id = people.user_id)
GROUP BY people.country, coalesce(people.classroom_id, people.user_id) % 16, people.event_date
ORDER BY country, part, signup_date
