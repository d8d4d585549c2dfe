-- The ledger never counts more units than were exposed until that day.
-- table: experiments.ledger
WITH
counted AS (
  SELECT event_date, experiment_id, variant, metric, sum(units) AS units
  FROM experiments.ledger
  WHERE event_date BETWEEN $first_day AND $last_day AND dimension = 'overall'
  GROUP BY event_date, experiment_id, variant, metric
),

exposed AS (
  SELECT counted.event_date, counted.experiment_id, counted.variant, counted.metric, count(DISTINCT unit_id) AS exposed
  FROM counted
  JOIN experiments.exposures AS exposures
    ON exposures.experiment_id = counted.experiment_id
    AND exposures.variant = counted.variant
    AND exposures.event_date <= counted.event_date
    AND coalesce(exposures.excluded_date > counted.event_date, TRUE)
  GROUP BY counted.event_date, counted.experiment_id, counted.variant, counted.metric
)

SELECT event_date, experiment_id, variant, metric, units, coalesce(exposed, 0) AS exposed
FROM counted
LEFT JOIN exposed USING (event_date, experiment_id, variant, metric)
WHERE units > coalesce(exposed, 0)
