-- Every estimate of prevalence lies between 0 and 1 and within its interval; so does the judge's weight.
-- table: llm_quality.prevalence
SELECT criterion, judge, labels_by, period, dimension, segment, method, estimate, low, high, "lambda"
FROM llm_quality.prevalence
WHERE estimate NOT BETWEEN 0 AND 1 OR estimate < low OR estimate > high OR "lambda" NOT BETWEEN 0 AND 1
ORDER BY 1, 2, 3, 4, 5, 6, 7
