-- Of the scenarios played in small worlds, the 80 % intervals hold at least 70 %, and the 95 % intervals 85 %.
-- table: validation.scenario_replays
-- severity: warn
-- Of 48 independent headlines, true intervals would hold fewer than that once in 23 and once in 400 times; those of
-- one world share its record, which makes it more.
SELECT
  count(*) AS replays,
  count(*) FILTER (WHERE covers_80) AS held_by_80,
  count(*) FILTER (WHERE covers_95) AS held_by_95
FROM validation.scenario_replays
WHERE is_headline
HAVING count(*) > 0
  AND (
    count(*) FILTER (WHERE covers_80) < 0.7 * count(*)
    OR count(*) FILTER (WHERE covers_95) < 0.85 * count(*)
  )
