-- Totals of each exposed user and metric of one experiment as of a day: what moments of an arm do not tell, such as
-- strata, classrooms and classmates. Users that have not matured are left out, and so are quantiles of users, which
-- histograms hold; those of users in classrooms need the classes.
WITH
people AS (
  SELECT
    metric, metrics.kind, metrics.numerator, metrics.denominator, metrics.covariate_1, caps.cap,
    exposures.user_id, exposures.unit_id, exposures.classroom_id, exposures.variant,
    exposures.role, exposures.platform, exposures.event_date AS exposed_date,
    exposures.event_date - CAST(metrics.pre_period_days AS INT) AS past_date,
    exposures.event_date + CAST(metrics.first_age AS INT) AS first_date,
    least(metrics.final_date, exposures.event_date + CAST(coalesce(metrics.last_age, 36500) AS INT), $as_of) AS last_date
  FROM experiments.exposures AS exposures
  JOIN experiments.metrics AS metrics USING (experiment_id)
  LEFT JOIN experiments.caps AS caps USING (experiment_id, metric)
  WHERE experiment_id = $experiment
    AND NOT exposures.is_excluded
    AND (metrics.kind <> 'winsorised' OR caps.cap IS NOT NULL)
    AND (metrics.kind <> 'quantile' OR metrics.unit = 'classroom')
    AND exposures.event_date + CAST(coalesce(metrics.last_age, 0) AS INT) <= least(metrics.final_date, $as_of)
),

totals AS (
  SELECT
    people.metric, people.kind, people.cap, people.user_id, people.unit_id, people.classroom_id, people.variant,
    people.role, people.platform,
    coalesce(sum(value) FILTER (WHERE name = numerator AND event_date BETWEEN first_date AND last_date), 0) AS y,
    coalesce(sum(value) FILTER (WHERE name = denominator AND event_date BETWEEN first_date AND last_date), 0) AS k,
    coalesce(sum(value) FILTER (WHERE name = covariate_1 AND event_date BETWEEN past_date AND exposed_date - 1), 0) AS x1
  FROM people
  LEFT JOIN experiments.user_counts AS counts
    ON counts.user_id = people.user_id
    AND (counts.name = people.numerator OR counts.name = people.denominator)
    AND counts.event_date BETWEEN people.past_date AND people.last_date
  GROUP BY
    people.metric, people.kind, people.cap, people.user_id, people.unit_id, people.classroom_id, people.variant,
    people.role, people.platform
)

SELECT
  metric, variant, user_id, unit_id, classroom_id, role, platform,
  CASE
    WHEN kind IN ('proportion', 'retention') THEN least(y, 1)
    WHEN kind = 'winsorised' THEN least(y, cap)
    ELSE y
  END AS y,
  CASE WHEN kind = 'ratio' THEN k ELSE 1 END AS k,
  x1
FROM totals
ORDER BY metric, variant, user_id
