-- As of the newest day the ledger's totals are the sums of its users' days.
-- table: experiments.ledger
WITH
metrics AS (
  SELECT experiment_id, metric, numerator, final_date
  FROM experiments.metrics
  WHERE kind IN ('mean', 'ratio') AND last_age IS NULL
),

newest AS (
  SELECT experiment_id, metric, max(event_date) AS event_date
  FROM experiments.ledger
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY experiment_id, metric
),

counted AS (
  SELECT event_date, experiment_id, variant, metric, sum(units * mean_y) AS total
  FROM experiments.ledger
  JOIN newest USING (event_date, experiment_id, metric)
  JOIN metrics USING (experiment_id, metric)
  WHERE dimension = 'overall'
  GROUP BY event_date, experiment_id, variant, metric
),

lived AS (
  SELECT newest.event_date, experiment_id, exposures.variant, metric, sum(value) AS total
  FROM newest
  JOIN metrics USING (experiment_id, metric)
  JOIN experiments.exposures AS exposures USING (experiment_id)
  JOIN experiments.user_counts AS user_counts
    ON user_counts.user_id = exposures.user_id
    AND user_counts.name = metrics.numerator
    AND user_counts.event_date BETWEEN exposures.event_date AND newest.event_date
  WHERE coalesce(exposures.excluded_date > newest.event_date, TRUE)
  GROUP BY newest.event_date, experiment_id, exposures.variant, metric
)

SELECT event_date, experiment_id, variant, metric, counted.total, lived.total AS lived
FROM counted
LEFT JOIN lived USING (event_date, experiment_id, variant, metric)
WHERE abs(counted.total - coalesce(lived.total, 0)) > 1e-9 * greatest(1, abs(counted.total))
