-- No step has more users than the one before it, and none has more than began.
-- table: behaviour.funnel_steps
SELECT later.funnel_id, later.dimension, later.segment, later.step, later.users, earlier.users AS users_before
FROM behaviour.funnel_steps AS later
JOIN behaviour.funnel_steps AS earlier
  ON earlier.funnel_id = later.funnel_id AND earlier.dimension = later.dimension
  AND earlier.segment = later.segment AND earlier.step = later.step - 1
WHERE later.users > earlier.users
ORDER BY later.funnel_id, later.dimension, later.segment, later.step
