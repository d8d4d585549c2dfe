-- Who leaves each segment adds up to its people at the earlier date, who arrives to those at the later one.
-- table: behaviour.segment_transitions
WITH
sizes AS (
  SELECT as_of_date, method, segment, count(*) AS users
  FROM behaviour.segments
  GROUP BY as_of_date, method, segment
),

sides AS (
  SELECT
    from_as_of_date AS as_of_date, method, from_segment AS segment, sum(users) AS users, max(n) AS n
  FROM behaviour.segment_transitions
  WHERE from_segment <> 'unseen'
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT to_as_of_date AS as_of_date, method, to_segment AS segment, sum(users) AS users, sum(users) AS n
  FROM behaviour.segment_transitions
  GROUP BY 1, 2, 3
)

SELECT as_of_date, method, segment, sides.users AS moved, sizes.users AS assigned
FROM sides
FULL JOIN sizes USING (as_of_date, method, segment)
WHERE EXISTS (SELECT 1 FROM behaviour.segment_transitions)
  AND (sides.users IS NULL OR sizes.users IS NULL OR sides.users <> sizes.users OR sides.n <> sizes.users)
ORDER BY as_of_date, method, segment
