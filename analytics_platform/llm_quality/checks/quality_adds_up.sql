-- Calls of a day add up to those in raw.interactions, overall and over features.
-- table: llm_quality.quality_daily
WITH
called AS (
  SELECT event_date, count(*) AS interactions
  FROM raw.interactions
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date
),

told AS (
  SELECT event_date, dimension, sum(interactions) AS interactions
  FROM llm_quality.quality_daily
  WHERE event_date BETWEEN $first_day AND $last_day
    AND dimension IN ('overall', 'feature', 'model_version', 'prompt_version', 'role')
  GROUP BY event_date, dimension
),

dimensions AS (
  SELECT dimension
  FROM (VALUES ('overall'), ('feature'), ('model_version'), ('prompt_version'), ('role')) AS d (dimension)
)

SELECT called.event_date, dimension, called.interactions, told.interactions AS interactions_told
FROM called
CROSS JOIN dimensions
LEFT JOIN told USING (event_date, dimension)
WHERE coalesce(told.interactions, 0) <> called.interactions
ORDER BY called.event_date, dimension
