-- What is told of where users went from a node sums to one, and to all who left it.
-- table: behaviour.journeys
SELECT
  scope, anchor, position, role, from_node,
  sum(probability) AS probability, sum(transitions) AS transitions, max(from_transitions) AS from_transitions
FROM behaviour.journeys
GROUP BY scope, anchor, position, role, from_node
HAVING abs(sum(probability) - 1) > 1e-9 OR sum(transitions) <> max(from_transitions)
ORDER BY scope, anchor, position, role, from_node
