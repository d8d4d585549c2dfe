-- People by segment, the day on which they fell silent or up to which they are known not to have, and which.
WITH
cuts AS (
  SELECT dimension
  FROM (VALUES ('overall'), ('role'), ('acquisition_channel'), ('first_feature')) AS c (dimension)
)

SELECT
  dimension,
  CASE dimension
    WHEN 'role' THEN role WHEN 'acquisition_channel' THEN acquisition_channel
    WHEN 'first_feature' THEN first_feature ELSE 'all'
  END AS segment,
  coalesce(silent_from_day, greatest(days_observed - 27, 0)) AS day,
  silent_from_day IS NOT NULL AS is_silent,
  count(*) AS users
FROM behaviour.user_lifetimes
CROSS JOIN cuts
GROUP BY 1, 2, 3, 4
