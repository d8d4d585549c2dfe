-- A cell has a retention exactly when somebody's period was wholly observed.
-- table: behaviour.cohort_retention
SELECT measure, cohort_grain, cohort_date, dimension, segment, period, eligible_users, retention
FROM behaviour.cohort_retention
WHERE (eligible_users > 0) <> (retention IS NOT NULL)
  OR (eligible_users > 0) <> (retained_users IS NOT NULL)
  OR (eligible_users > 0) <> (retention_low IS NOT NULL)
  OR (eligible_users > 0) <> (retention_high IS NOT NULL)
