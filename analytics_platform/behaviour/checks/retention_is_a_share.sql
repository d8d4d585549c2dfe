-- Parts do not exceed wholes, retention lies in its interval, and everyone is active on the first day.
-- table: behaviour.cohort_retention
SELECT
  measure, cohort_grain, cohort_date, dimension, segment, period, eligible_users, retained_users, retention
FROM behaviour.cohort_retention
WHERE eligible_users > cohort_users OR retained_users > eligible_users
  OR (is_complete AND eligible_users < cohort_users)
  OR retention < retention_low - 1e-9 OR retention > retention_high + 1e-9
  OR (period = 0 AND retention < 1)
