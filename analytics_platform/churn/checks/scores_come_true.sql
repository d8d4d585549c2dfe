-- Of users scored 28 days ago about as many left as expected: within 10 points and three standard errors.
-- table: churn.scores
-- severity: warn
WITH
matured AS (
  SELECT event_date, user_id, probability
  FROM churn.scores
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 28 AND CAST($last_day AS DATE) - 28
),

outcomes AS (
  SELECT matured.event_date, matured.user_id, matured.probability, count(later.user_id) AS visits
  FROM matured
  LEFT JOIN activity.user_days AS later
    ON later.user_id = matured.user_id
    AND later.event_date BETWEEN matured.event_date + 1 AND matured.event_date + 28
    AND later.is_active
  GROUP BY matured.event_date, matured.user_id, matured.probability
),

by_day AS (
  SELECT
    event_date,
    count(*) AS users,
    avg(probability) AS expected_share,
    avg(CASE WHEN visits = 0 THEN 1.0 ELSE 0.0 END) AS observed_share,
    sqrt(sum(probability * (1 - probability))) / count(*) AS standard_error
  FROM outcomes
  GROUP BY event_date
)

SELECT event_date, users, expected_share, observed_share
FROM by_day
WHERE abs(observed_share - expected_share) > 0.10 + 3 * standard_error
