-- Nobody starts to use the product like a bot (flagged on a day and on none of the seven before): such days
-- are left out of every table after this one.
-- table: activity.events
-- severity: warn
WITH
bot_days AS (
  SELECT event_date, user_id, count(*) AS events
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 7 AND $last_day AND is_bot
  GROUP BY event_date, user_id
),

followed AS (
  SELECT
    event_date, user_id, events,
    lag(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS flagged_before
  FROM bot_days
)

SELECT event_date, user_id, events
FROM followed
WHERE event_date BETWEEN $first_day AND $last_day
  AND (flagged_before IS NULL OR flagged_before < event_date - 7)
ORDER BY event_date, user_id
