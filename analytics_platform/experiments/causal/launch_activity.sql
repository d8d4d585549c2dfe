-- Active days after the day of sign-up, by country, part of its users, day of sign-up and day. Classmates share a
-- part.
SELECT
  people.country,
  coalesce(people.classroom_id, people.user_id) % 16 AS part,
  people.event_date AS signup_date,
  did.event_date AS active_date,
  count(*) AS users
FROM raw.users AS people
INNER JOIN activity.user_days AS did
  ON did.user_id = people.user_id AND did.event_date > people.event_date AND did.is_active
WHERE people.event_date >= $first_day AND did.event_date <= $last_day
GROUP BY people.country, coalesce(people.classroom_id, people.user_id) % 16, people.event_date, did.event_date
ORDER BY country, part, signup_date, active_date
