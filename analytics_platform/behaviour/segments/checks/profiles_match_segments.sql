-- A segment's people in its profile are those assigned to it.
-- table: behaviour.segment_profiles
SELECT as_of_date, method, segment, coalesce(assigned.users, 0) AS assigned, coalesce(told.users, 0) AS told
FROM (
  SELECT as_of_date, method, segment, count(*) AS users
  FROM behaviour.segments
  GROUP BY as_of_date, method, segment
) AS assigned
FULL JOIN (
  SELECT as_of_date, method, segment, max(users) AS users
  FROM behaviour.segment_profiles
  GROUP BY as_of_date, method, segment
) AS told USING (as_of_date, method, segment)
WHERE coalesce(assigned.users, 0) <> coalesce(told.users, 0)
ORDER BY as_of_date, method, segment
