-- What is told of where users went from a node sums to one, and before an event of where they came from.
-- table: behaviour.journeys
WITH
based AS (
  SELECT
    scope, anchor, position, role, probability, transitions, base_transitions,
    CASE WHEN scope = 'before_event' THEN to_node ELSE from_node END AS base_node
  FROM behaviour.journeys
)

SELECT
  scope, anchor, position, role, base_node,
  sum(probability) AS all_probability, sum(transitions) AS all_transitions, max(base_transitions) AS most
FROM based
GROUP BY scope, anchor, position, role, base_node
HAVING abs(sum(probability) - 1) > 1e-9 OR sum(transitions) <> max(base_transitions)
ORDER BY scope, anchor, position, role, base_node
