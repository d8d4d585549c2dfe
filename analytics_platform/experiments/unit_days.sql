-- What each exposed user of one experiment did for one metric, by days since exposure; days without any are left out.
SELECT
  exposures.variant,
  exposures.unit_id,
  exposures.user_id,
  date_diff('day', exposures.event_date, least($as_of, $end)) AS last_age,
  date_diff('day', exposures.event_date, counts.event_date) AS age,
  coalesce(sum(counts.value) FILTER (WHERE counts.name = $numerator), 0) AS y,
  coalesce(sum(counts.value) FILTER (WHERE counts.name = $denominator), 0) AS k
FROM experiments.exposures AS exposures
LEFT JOIN experiments.user_counts AS counts
  ON counts.user_id = exposures.user_id
  AND counts.name IN ($numerator, $denominator)
  AND counts.event_date BETWEEN exposures.event_date AND least($as_of, $end)
WHERE exposures.experiment_id = $experiment AND NOT exposures.is_excluded AND exposures.event_date <= least($as_of, $end)
GROUP BY exposures.variant, exposures.unit_id, exposures.user_id, last_age, age
