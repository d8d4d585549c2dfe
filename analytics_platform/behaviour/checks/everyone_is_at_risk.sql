-- On day 0 the segments of each dimension together hold every user ever active.
-- table: behaviour.survival
SELECT dimension, at_risk_users, users
FROM (
  SELECT dimension, sum(at_risk_users) FILTER (WHERE day = 0) AS at_risk_users
  FROM behaviour.survival
  GROUP BY dimension
) AS totals
CROSS JOIN (
  SELECT count(*) AS users FROM activity.users WHERE first_seen_date IS NOT NULL
) AS known
WHERE coalesce(at_risk_users, 0) <> users
