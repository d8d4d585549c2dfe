-- Ratings of a day are those of activity.events, and satisfied ones are among them.
-- table: llm_quality.ratings_daily
WITH
given AS (
  SELECT event_date, count(*) AS ratings
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day
    AND event_name = 'rated'
    AND llm_rating IS NOT NULL
    AND NOT is_bot
  GROUP BY event_date
),

told AS (
  SELECT event_date, dimension, sum(ratings) AS ratings, sum(satisfied_ratings) AS satisfied_ratings
  FROM llm_quality.ratings_daily
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension
),

dimensions AS (
  SELECT dimension
  FROM (VALUES ('overall'), ('feature'), ('model_version'), ('prompt_version'), ('role')) AS d (dimension)
)

SELECT given.event_date, dimension, given.ratings, told.ratings AS ratings_told, told.satisfied_ratings
FROM given
CROSS JOIN dimensions
LEFT JOIN told USING (event_date, dimension)
WHERE coalesce(told.ratings, 0) <> given.ratings OR told.satisfied_ratings > told.ratings
ORDER BY given.event_date, dimension
