-- The newest version of the model and of the prompt is no regression from the one before.
-- table: llm_quality.version_comparisons
-- severity: warn
WITH
newest AS (
  SELECT kind, max(release_date) AS release_date FROM llm_quality.version_comparisons GROUP BY kind
)

SELECT kind, from_version, to_version, metric, from_value, to_value, low, high
FROM llm_quality.version_comparisons
JOIN newest USING (kind, release_date)
WHERE verdict = 'regression' AND metric IN ('unsupported', 'rating_mean', 'satisfied_share', 'failure_share')
ORDER BY kind, metric
