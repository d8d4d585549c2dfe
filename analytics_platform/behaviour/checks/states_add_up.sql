-- Every user in a state on the eve is in exactly one state on the day, in every segment.
-- table: behaviour.lifecycle_daily
-- blocking: yes
WITH
stood AS (
  SELECT event_date + 1 AS event_date, dimension, segment, state AS previous_state, sum(users) AS eve_users
  FROM behaviour.lifecycle_daily
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 1 AND CAST($last_day AS DATE) - 1
  GROUP BY event_date, dimension, segment, state
),

moved AS (
  SELECT
    event_date, dimension, segment, previous_state,
    sum(users) AS moved_users, min(users) AS least_users,
    min(previous_users) AS previous_users, max(previous_users) AS most_previous_users
  FROM behaviour.lifecycle_daily
  WHERE event_date BETWEEN $first_day AND $last_day AND previous_state <> 'unseen'
  GROUP BY event_date, dimension, segment, previous_state
)

SELECT event_date, dimension, segment, previous_state, eve_users, moved_users, previous_users
FROM moved
LEFT JOIN stood USING (event_date, dimension, segment, previous_state)
WHERE moved_users <> coalesce(eve_users, moved_users) OR least_users < 0
  OR previous_users <> moved_users OR most_previous_users <> moved_users
ORDER BY event_date, dimension, segment, previous_state
