-- The interval of each criterion's prevalence is at most 10 points wide either way in the newest full month.
-- table: llm_quality.prevalence
-- severity: warn
WITH
months AS (
  SELECT criterion, judge, labels_by, max(period) AS period
  FROM llm_quality.prevalence
  WHERE period <> 'all' AND method = 'naive' AND date_diff('day', first_date, last_date) >= 27
  GROUP BY criterion, judge, labels_by
)

SELECT
  months.criterion, months.judge, months.labels_by, months.period, naive.labels, prevalence.low,
  prevalence.high
FROM months
JOIN llm_quality.prevalence AS naive USING (criterion, judge, labels_by, period)
LEFT JOIN llm_quality.prevalence AS prevalence
  ON prevalence.criterion = months.criterion AND prevalence.judge = months.judge
  AND prevalence.labels_by = months.labels_by AND prevalence.period = months.period
  AND prevalence.method = 'ppi'
WHERE naive.method = 'naive' AND (prevalence.high IS NULL OR prevalence.high - prevalence.low > 0.2)
ORDER BY 1, 2, 3
