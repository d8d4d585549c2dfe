-- Every method puts everybody known by a date into exactly one segment of that date.
-- table: behaviour.segments
WITH
dates AS (
  SELECT DISTINCT as_of_date, method FROM behaviour.segments
),

people AS (
  SELECT user_id, min(event_date) AS known_date FROM activity.user_days GROUP BY user_id
),

expected AS (
  SELECT as_of_date, method, user_id, TRUE AS is_known
  FROM dates
  JOIN people ON people.known_date <= dates.as_of_date
),

found AS (
  SELECT as_of_date, method, user_id, count(*) AS segments
  FROM behaviour.segments
  GROUP BY as_of_date, method, user_id
)

SELECT as_of_date, method, user_id, coalesce(segments, 0) AS placed, coalesce(is_known, FALSE) AS is_known
FROM expected
FULL JOIN found USING (as_of_date, method, user_id)
WHERE coalesce(segments, 0) <> 1 OR NOT coalesce(is_known, FALSE)
ORDER BY as_of_date, method, user_id
LIMIT 1000
