-- The spans of time hold all users of their step, or none where they are too few to tell.
-- table: behaviour.funnel_times
SELECT times.funnel_id, times.dimension, times.segment, times.step, times.since, times.users, steps.users AS step_users
FROM (
  SELECT funnel_id, dimension, segment, step, since, sum(users) AS users
  FROM behaviour.funnel_times
  GROUP BY funnel_id, dimension, segment, step, since
) AS times
JOIN behaviour.funnel_steps AS steps
  ON steps.funnel_id = times.funnel_id AND steps.dimension = times.dimension
  AND steps.segment = times.segment AND steps.step = times.step
WHERE times.users <> steps.users
ORDER BY times.funnel_id, times.dimension, times.segment, times.step
