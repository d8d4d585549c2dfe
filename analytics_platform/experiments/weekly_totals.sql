-- Each exposed user's counts of each whole week since exposure that lies within the experiment and before $as_of.
-- key: user_id, week
WITH
metrics AS (
  SELECT experiment_id, numerator, denominator, end_date
  FROM experiments.metrics
  WHERE experiment_id = $experiment_id AND metric = $metric
),

exposed AS (
  SELECT
    unit_id, user_id, variant, exposures.event_date AS exposed_date, metrics.numerator, metrics.denominator,
    least(metrics.end_date, CAST($as_of AS DATE)) AS final_date
  FROM experiments.exposures AS exposures
  JOIN metrics USING (experiment_id)
  WHERE coalesce(exposures.excluded_date > $as_of, TRUE)
),

weeks AS (
  SELECT ones.digit + 10 * tens.digit AS week
  FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS ones (digit)
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS tens (digit)
),

spans AS (
  SELECT
    unit_id, user_id, variant, exposed_date, week, numerator, denominator,
    exposed_date + CAST(7 * week AS INT) AS week_date
  FROM exposed
  JOIN weeks ON exposed_date + CAST(7 * week + 6 AS INT) <= final_date
)

SELECT
  unit_id, -- The user or classroom that was randomised.
  spans.user_id, -- The person.
  variant, -- The variant shown.
  exposed_date, -- Reporting day of the person's exposure.
  week, -- Week since exposure; 0 begins on the day of exposure.
  coalesce(sum(value) FILTER (WHERE name = numerator), 0) AS y, -- The numerator's total in the week.
  CASE
    WHEN denominator IS NULL THEN 1
    ELSE coalesce(sum(value) FILTER (WHERE name = denominator), 0)
  END AS k -- The denominator's total of a ratio, else one user.
FROM spans
LEFT JOIN experiments.user_counts AS user_counts
  ON user_counts.user_id = spans.user_id
  AND user_counts.event_date BETWEEN spans.week_date AND spans.week_date + 6
  AND user_counts.name IN (spans.numerator, spans.denominator)
GROUP BY unit_id, spans.user_id, variant, exposed_date, week, denominator
