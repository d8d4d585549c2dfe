-- Every series that has a forecast has exactly one model to use on a day of making.
-- table: forecasts.forecasts
SELECT made_on_date, metric, dimension, segment, count(DISTINCT model) AS champions
FROM (
  SELECT made_on_date, metric, dimension, segment, CASE WHEN is_champion THEN model END AS model
  FROM forecasts.forecasts
) AS models
GROUP BY made_on_date, metric, dimension, segment
HAVING count(DISTINCT model) <> 1
ORDER BY made_on_date, metric, dimension, segment
