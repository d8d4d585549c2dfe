-- Of users scored 28 days ago about as many left as expected: each day within 10 points and three standard
-- errors, and the mean of the last five such days, where gaps to both sides cancel, within 4 points and two.
-- table: churn.scores
-- severity: warn
WITH
newest AS (
  SELECT max(event_date) AS event_date FROM activity.user_days
),

matured AS (
  SELECT scores.event_date, user_id, probability
  FROM churn.scores AS scores
  CROSS JOIN newest
  WHERE scores.event_date BETWEEN CAST($first_day AS DATE) - 58 AND CAST($last_day AS DATE) - 28
    AND scores.event_date <= newest.event_date - 28
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
    sqrt(sum(probability * (1 - probability))) / count(*) AS standard_error,
    row_number() OVER (ORDER BY event_date DESC) AS place
  FROM outcomes
  GROUP BY event_date
),

-- Much the same people on each of the five: their mean is hardly surer than one day.
lately AS (
  SELECT
    max(event_date) AS event_date,
    CAST(sum(users) AS BIGINT) AS users,
    avg(expected_share) AS expected_share,
    avg(observed_share) AS observed_share,
    avg(standard_error) AS standard_error
  FROM by_day
  WHERE place <= 5
  HAVING count(*) = 5
)

SELECT 'one day' AS span, event_date, users, expected_share, observed_share
FROM by_day
WHERE abs(observed_share - expected_share) > 0.10 + 3 * standard_error
  AND event_date >= CAST($first_day AS DATE) - 28
UNION ALL
SELECT 'five days' AS span, event_date, users, expected_share, observed_share
FROM lately
WHERE abs(observed_share - expected_share) > 0.04 + 2 * standard_error
ORDER BY event_date, span
