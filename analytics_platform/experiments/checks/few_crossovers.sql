-- Fewer than one unit in a thousand was seen in several variants of an experiment.
-- table: experiments.exposures
-- severity: warn
SELECT
  experiment_id,
  count(*) FILTER (WHERE exclusion_reason = 'multiple_variants') AS crossovers,
  count(*) AS users
FROM experiments.exposures
GROUP BY experiment_id
HAVING count(*) FILTER (WHERE exclusion_reason = 'multiple_variants') > 0.001 * count(*)
