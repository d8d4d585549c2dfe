-- The newest of the days built is scored, once a model has been trained on what was known by then.
-- table: churn.scores
-- severity: warn
WITH
newest AS (
  SELECT max(event_date) AS event_date FROM activity.user_days WHERE event_date BETWEEN $first_day AND $last_day
),

trained AS (
  SELECT min(cut_off_date) AS cut_off_date FROM churn.model_cards WHERE model_version IS NOT NULL
),

scored AS (
  SELECT DISTINCT event_date FROM churn.scores WHERE event_date BETWEEN $first_day AND $last_day
)

SELECT newest.event_date, trained.cut_off_date AS first_cut_off_date
FROM newest
JOIN trained ON trained.cut_off_date <= newest.event_date
LEFT JOIN scored ON scored.event_date = newest.event_date
WHERE scored.event_date IS NULL
