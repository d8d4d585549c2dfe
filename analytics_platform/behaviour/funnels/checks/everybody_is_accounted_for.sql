-- Converted, dropped and open users add up to those who began, and those who go on to those of the next step.
-- table: behaviour.funnel_steps
WITH
moves AS (
  SELECT
    funnel_id, dimension, segment, step, users, dropped_users, open_users, converted_users,
    lead(users) OVER (PARTITION BY funnel_id, dimension, segment ORDER BY step) AS next_users
  FROM behaviour.funnel_steps
),

totals AS (
  SELECT
    funnel_id, dimension, segment,
    max(CASE WHEN step = 1 THEN users END) AS began,
    max(converted_users) + sum(dropped_users) + sum(open_users) AS accounted
  FROM moves
  GROUP BY funnel_id, dimension, segment
)

SELECT moves.funnel_id, moves.dimension, moves.segment, moves.step, moves.users, totals.began, totals.accounted
FROM moves
JOIN totals
  ON totals.funnel_id = moves.funnel_id AND totals.dimension = moves.dimension
  AND totals.segment = moves.segment
WHERE totals.accounted <> totals.began
  OR moves.users <> coalesce(moves.next_users, moves.converted_users) + moves.dropped_users + moves.open_users
ORDER BY moves.funnel_id, moves.dimension, moves.segment, moves.step
