-- The model in force predicts better than the base rate and than the recency rule, averaged over the days tried.
-- table: churn.model_cards
-- severity: warn
WITH
in_force AS (
  SELECT model FROM churn.model_cards WHERE split = 'in_force' AND metric = 'champion'
),

averages AS (
  SELECT model, metric, estimate
  FROM churn.model_cards
  WHERE split = 'walk_forward' AND cut_off_date IS NULL AND dimension = 'overall'
)

SELECT averages.model, averages.estimate AS brier, other.model AS other_model, other.estimate AS other_brier
FROM averages
JOIN in_force ON in_force.model = averages.model
JOIN averages AS other
  ON (other.metric = 'brier_base_rate' AND other.model = averages.model)
  OR (other.metric = 'brier' AND other.model = 'recency_rule' AND averages.model <> 'recency_rule')
WHERE averages.metric = 'brier' AND averages.estimate > other.estimate
