-- Nobody uses the product like a bot: such a person's day is left out of every table after this one.
-- table: activity.events
-- severity: warn
SELECT event_date, user_id, count(*) AS events
FROM activity.events
WHERE event_date BETWEEN $first_day AND $last_day AND is_bot
GROUP BY event_date, user_id
ORDER BY event_date, user_id
