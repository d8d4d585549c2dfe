-- Agreement is at most 1 and lies within its interval.
-- table: llm_quality.rater_agreement
SELECT criterion, dimension, segment, alpha, alpha_low, alpha_high, ac1
FROM llm_quality.rater_agreement
WHERE alpha > 1 OR alpha < alpha_low OR alpha > alpha_high OR ac1 > 1
ORDER BY criterion, dimension, segment
