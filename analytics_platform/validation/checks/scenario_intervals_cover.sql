-- Of the scenarios played in small worlds, the 80 % intervals hold at least 65 %, and the 95 % intervals 80 %.
-- table: validation.scenario_replays
-- severity: warn
SELECT
  count(*) AS replays,
  count(*) FILTER (WHERE covers_80) AS held_by_80,
  count(*) FILTER (WHERE covers_95) AS held_by_95
FROM validation.scenario_replays
WHERE is_headline
HAVING count(*) > 0
  AND (
    count(*) FILTER (WHERE covers_80) < 0.65 * count(*)
    OR count(*) FILTER (WHERE covers_95) < 0.8 * count(*)
  )
