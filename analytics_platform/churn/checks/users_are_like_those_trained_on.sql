-- No feature of today's users is far from what the model in force was trained on (stability index up to .25).
-- table: churn.model_cards
-- severity: warn
SELECT cut_off_date, model, item AS feature, estimate AS stability_index
FROM churn.model_cards
WHERE split = 'in_force' AND metric = 'psi' AND estimate > 0.25
