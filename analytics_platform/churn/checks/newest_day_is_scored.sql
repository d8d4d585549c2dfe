-- Once a day was scored, the newest of the days built with any activity is scored too.
-- table: churn.scores
-- severity: warn
WITH
newest AS (
  SELECT max(event_date) AS event_date
  FROM activity.user_days
  WHERE is_active AND event_date BETWEEN $first_day AND $last_day
),

scored AS (
  SELECT min(event_date) AS first_scored_date, max(event_date) AS last_scored_date
  FROM churn.scores
  WHERE event_date <= $last_day
)

SELECT newest.event_date, scored.last_scored_date
FROM newest
CROSS JOIN scored
WHERE scored.first_scored_date < newest.event_date AND scored.last_scored_date < newest.event_date
