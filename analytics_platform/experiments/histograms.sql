-- Distribution of users' totals by logarithmic bin, as what each day changes: add up the days until the one asked for.
-- key: event_date, experiment_id, metric, variant, bin
-- history: yes
WITH
-- A total enters its bin on the day from which it stands, and leaves it on the day when it changes.
moves AS (
  SELECT experiment_id, variant, metric, y, from_date AS event_date, 1 AS units
  FROM running_totals
  WHERE kind IN ('quantile', 'winsorised')
  UNION ALL
  SELECT experiment_id, variant, metric, y, until_date AS event_date, -1 AS units
  FROM running_totals
  WHERE kind IN ('quantile', 'winsorised') AND until_date <= final_date
)

SELECT
  experiment_id, -- The experiment.
  variant, -- The variant.
  metric, -- The outcome.
  CASE
    WHEN y = 0 THEN -1000000 ELSE CAST(floor(ln(y) / nullif(ln(1.01), 0)) AS BIGINT)
  END AS bin, -- Logarithm of the total to the base 1.01, rounded down; -1000000 for a total of 0.
  CAST(sum(units) AS BIGINT) AS units, -- Users that came into the bin, less those that left it (users).
  sum(units * y) AS sum_y, -- Their totals.
  sum(units * y * y) AS sum_yy, -- Squares of their totals.
  event_date -- Day of the change.
FROM moves
WHERE event_date BETWEEN $first_day AND $last_day
GROUP BY 1, 2, 3, 4, event_date
