-- Parts do not exceed wholes, retention is null exactly where nobody is eligible, and lies in its interval.
-- table: behaviour.retention_by_frequency
SELECT window_days, dimension, segment, active_days, from_day, users, eligible_users, retained_users, retention
FROM behaviour.retention_by_frequency
WHERE eligible_users > users OR retained_users > eligible_users OR active_days NOT BETWEEN 1 AND 5
  OR (eligible_users > 0) <> (retention IS NOT NULL)
  OR retention < retention_low - 1e-9 OR retention > retention_high + 1e-9
