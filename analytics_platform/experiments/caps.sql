-- One row per experiment and winsorised metric: the total beyond which a user's total counts as the cap.
-- key: experiment_id, metric
WITH
metrics AS (
  SELECT
    experiment_id, metric, numerator, cap_quantile, start_date,
    CAST(least(date_diff('day', start_date, end_date) + 1, 365) AS INT) AS days
  FROM experiments.metrics
  WHERE kind = 'winsorised'
),

totals AS (
  SELECT experiment_id, metric, cap_quantile, user_id, sum(value) AS total
  FROM metrics
  JOIN experiments.user_counts AS user_counts
    ON user_counts.name = metrics.numerator
    AND user_counts.event_date BETWEEN metrics.start_date - metrics.days AND metrics.start_date - 1
  GROUP BY experiment_id, metric, cap_quantile, user_id
),

placed AS (
  SELECT
    experiment_id, metric, cap_quantile, total,
    cume_dist() OVER (PARTITION BY experiment_id, metric ORDER BY total) AS reached
  FROM totals
)

SELECT
  experiment_id, -- The experiment.
  metric, -- The winsorised outcome.
  min(total) FILTER (WHERE reached >= cap_quantile) AS cap, -- That quantile of totals over as many days, all before the start.
  count(*) AS users -- Users with anything to count in those days.
FROM placed
GROUP BY experiment_id, metric
