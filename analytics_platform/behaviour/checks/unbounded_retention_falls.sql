-- People seen on day N or later never grow with N, nor does their share while it is of the same people.
-- table: behaviour.cohort_retention
SELECT cohort_grain, cohort_date, dimension, segment, period, retained_users, retained_before
FROM (
  SELECT
    cohort_grain, cohort_date, dimension, segment, period, eligible_users, retained_users, retention,
    lag(retained_users) OVER (
      PARTITION BY cohort_grain, cohort_date, dimension, segment ORDER BY period
    ) AS retained_before,
    lag(eligible_users) OVER (
      PARTITION BY cohort_grain, cohort_date, dimension, segment ORDER BY period
    ) AS eligible_before,
    lag(retention) OVER (
      PARTITION BY cohort_grain, cohort_date, dimension, segment ORDER BY period
    ) AS retention_before
  FROM behaviour.cohort_retention
  WHERE measure = 'unbounded'
) AS pairs
WHERE retained_users > retained_before OR eligible_users > eligible_before
  OR (eligible_users = eligible_before AND retention > retention_before)
