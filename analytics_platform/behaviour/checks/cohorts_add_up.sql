-- The cohorts of each grain, dimension and period together hold every user ever active, once.
-- table: behaviour.cohort_retention
SELECT cohort_grain, dimension, measure, period, sum(cohort_users) AS held_users, max(users) AS known_users
FROM behaviour.cohort_retention
CROSS JOIN (
  SELECT count(*) AS users FROM activity.users WHERE first_seen_date IS NOT NULL
) AS known
GROUP BY cohort_grain, dimension, measure, period
HAVING sum(cohort_users) <> max(users)
