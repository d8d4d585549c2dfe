-- Every exposure is to a variant of an experiment that the catalogue knows.
-- table: experiments.exposures
-- severity: warn
SELECT event_date, experiment_id, variant, exclusion_reason, count(*) AS users
FROM experiments.exposures
WHERE exclusion_reason IN ('unknown_variant', 'unknown_experiment')
GROUP BY event_date, experiment_id, variant, exclusion_reason
