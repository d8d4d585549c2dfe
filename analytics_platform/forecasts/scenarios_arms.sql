-- Who counts in an experiment, since when and in which arm, with what was rated from then to its end.
WITH
exposed AS (
  SELECT
    exposures.user_id,
    exposures.event_date AS exposed_date,
    exposures.variant <> catalogue.control_variant AS is_treated,
    catalogue.unit,
    least(coalesce(catalogue.end_date, CAST($last_day AS DATE)), CAST($last_day AS DATE)) AS end_date
  FROM experiments.exposures AS exposures
  JOIN experiments.catalogue AS catalogue ON catalogue.experiment_id = exposures.experiment_id
  WHERE exposures.experiment_id = $experiment_id AND NOT exposures.is_excluded
)

SELECT
  exposed.user_id,
  exposed.exposed_date,
  exposed.is_treated,
  exposed.unit,
  exposed.end_date,
  coalesce(sum(days.ratings), 0) AS ratings,
  coalesce(sum(days.rating_sum), 0) AS stars
FROM exposed
LEFT JOIN activity.user_days AS days
  ON days.user_id = exposed.user_id AND days.event_date >= exposed.exposed_date AND days.event_date <= exposed.end_date
WHERE exposed.exposed_date <= exposed.end_date
GROUP BY exposed.user_id, exposed.exposed_date, exposed.is_treated, exposed.unit, exposed.end_date
ORDER BY exposed.user_id
