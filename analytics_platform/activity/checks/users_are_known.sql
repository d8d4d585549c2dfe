-- Everyone seen on a day stands in raw.users by that day; others count as students of country ZZ.
-- table: activity.user_days
-- severity: warn
SELECT user_days.event_date, count(*) AS users, min(user_days.user_id) AS example_user_id
FROM activity.user_days AS user_days
LEFT JOIN raw.users AS people
  ON people.user_id = user_days.user_id AND people.event_date <= user_days.event_date
WHERE user_days.event_date BETWEEN $first_day AND $last_day AND people.user_id IS NULL
GROUP BY user_days.event_date
ORDER BY user_days.event_date
