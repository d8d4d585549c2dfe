-- Over all days scored, the scores reach 95 % of the AUC above .5 that whoever knows every hazard reaches.
-- table: validation.churn_ceiling
-- severity: warn
SELECT predictor, metric, estimate, low, high, n
FROM validation.churn_ceiling
WHERE predictor = 'score' AND metric = 'share_of_excess_auc'
  AND snapshot_date IS NULL AND model IS NULL
  AND estimate < 0.95
