-- Within sessions every node is left, for another or for the end, as often as it is come to.
-- table: behaviour.journeys
WITH
flows AS (
  SELECT role, to_node AS node, transitions AS moves FROM behaviour.journeys
  WHERE scope = 'within_session' AND to_node <> 'end'
  UNION ALL
  SELECT role, from_node AS node, -transitions AS moves FROM behaviour.journeys
  WHERE scope = 'within_session' AND from_node <> 'start'
)

SELECT role, node, sum(moves) AS excess FROM flows GROUP BY role, node HAVING sum(moves) <> 0 ORDER BY role, node
