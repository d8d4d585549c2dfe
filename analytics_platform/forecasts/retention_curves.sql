-- People by segment, the week in which they fell silent or up to which they are known not to have, and which.
WITH
cuts AS (
  SELECT dimension FROM (VALUES ('overall'), ('role'), ('acquisition_channel')) AS c (dimension)
),

-- A week counts for those who were watched through all of it, or early silences alone would be seen in it.
lives AS (
  SELECT
    role,
    acquisition_channel,
    greatest(days_observed - 27, 0) // 7 AS known_weeks,
    (silent_from_day + 6) // 7 AS silent_week
  FROM behaviour.user_lifetimes
)

SELECT
  dimension,
  CASE dimension
    WHEN 'role' THEN role WHEN 'acquisition_channel' THEN acquisition_channel ELSE 'all'
  END AS segment,
  least(coalesce(silent_week, known_weeks), known_weeks) AS week,
  coalesce(silent_week <= known_weeks, FALSE) AS is_silent,
  count(*) AS users
FROM lives
CROSS JOIN cuts
GROUP BY 1, 2, 3, 4
