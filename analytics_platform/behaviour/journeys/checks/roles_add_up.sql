-- The moves of all roles add up to those of all users.
-- table: behaviour.journeys
SELECT
  scope, anchor, position, from_node, to_node,
  sum(transitions) FILTER (WHERE role = 'all') AS of_all,
  sum(transitions) FILTER (WHERE role <> 'all') AS of_roles
FROM behaviour.journeys
GROUP BY scope, anchor, position, from_node, to_node
HAVING coalesce(sum(transitions) FILTER (WHERE role = 'all'), 0)
  <> coalesce(sum(transitions) FILTER (WHERE role <> 'all'), 0)
ORDER BY scope, anchor, position, from_node, to_node
