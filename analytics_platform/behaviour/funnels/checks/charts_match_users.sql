-- A list of users counts what its chart shows: of every funnel, segment, step and state.
-- table: behaviour.funnel_steps
-- blocking: yes
WITH
members AS (
  SELECT funnel_id, furthest_step, state, 'overall' AS dimension, 'all' AS segment FROM behaviour.funnel_users
  UNION ALL
  SELECT funnel_id, furthest_step, state, 'role' AS dimension, role AS segment FROM behaviour.funnel_users
  UNION ALL
  SELECT funnel_id, furthest_step, state, 'country' AS dimension, country AS segment FROM behaviour.funnel_users
  UNION ALL
  SELECT funnel_id, furthest_step, state, 'platform' AS dimension, platform AS segment
  FROM behaviour.funnel_users
  UNION ALL
  SELECT funnel_id, furthest_step, state, 'acquisition_channel' AS dimension, acquisition_channel AS segment
  FROM behaviour.funnel_users
),

groups AS (
  SELECT funnel_id, dimension, segment, furthest_step, state, count(*) AS users
  FROM members
  GROUP BY funnel_id, dimension, segment, furthest_step, state
),

listed AS (
  SELECT
    charted.funnel_id, charted.dimension, charted.segment, charted.step,
    sum(groups.users) FILTER (WHERE groups.furthest_step >= charted.step) AS users,
    sum(groups.users) FILTER (WHERE groups.furthest_step = charted.step AND groups.state = 'dropped') AS dropped_users,
    sum(groups.users) FILTER (WHERE groups.furthest_step = charted.step AND groups.state = 'open') AS open_users,
    sum(groups.users) FILTER (WHERE groups.state = 'converted') AS converted_users,
    sum(groups.users) FILTER (WHERE groups.state = 'excluded') AS excluded_users
  FROM behaviour.funnel_steps AS charted
  LEFT JOIN groups
    ON groups.funnel_id = charted.funnel_id AND groups.dimension = charted.dimension
    AND groups.segment = charted.segment
  GROUP BY charted.funnel_id, charted.dimension, charted.segment, charted.step
)

SELECT
  charted.funnel_id, charted.dimension, charted.segment, charted.step,
  charted.users, listed.users AS listed_users, charted.dropped_users, listed.dropped_users AS listed_dropped_users
FROM behaviour.funnel_steps AS charted
JOIN listed
  ON listed.funnel_id = charted.funnel_id AND listed.dimension = charted.dimension
  AND listed.segment = charted.segment AND listed.step = charted.step
WHERE charted.users <> coalesce(listed.users, 0)
  OR charted.dropped_users <> coalesce(listed.dropped_users, 0)
  OR charted.open_users <> coalesce(listed.open_users, 0)
  OR charted.converted_users <> coalesce(listed.converted_users, 0)
  OR charted.excluded_users <> coalesce(listed.excluded_users, 0)
ORDER BY charted.funnel_id, charted.dimension, charted.segment, charted.step
