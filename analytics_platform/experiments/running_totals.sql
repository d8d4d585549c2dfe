-- Totals of each exposed user and metric, one row for each time that they change: from `from_date` until the
-- day before `until_date` they stand. Changes before the window are gathered on the day before it.
-- key: experiment_id, metric, user_id, from_date
WITH
-- A user counts for a metric once all the days that it looks at have passed.
measured AS (
  SELECT
    experiment_id, metric, metrics.kind, metrics.unit, CAST(metrics.pre_period_days AS INT) AS pre_period_days,
    exposures.user_id, exposures.unit_id, exposures.classroom_id, exposures.variant, exposures.event_date AS exposed_date,
    exposures.role, exposures.platform, exposures.country, exposures.plan, caps.cap, metrics.start_date, metrics.final_date,
    metrics.numerator, metrics.denominator, metrics.covariate_1, metrics.covariate_2, metrics.covariate_3, metrics.covariate_4,
    exposures.event_date + CAST(metrics.first_age AS INT) AS first_date,
    least(metrics.final_date, exposures.event_date + CAST(coalesce(metrics.last_age, 36500) AS INT)) AS last_date,
    exposures.event_date + CAST(coalesce(metrics.last_age, 0) AS INT) AS mature_date,
    least(metrics.final_date, coalesce(exposures.excluded_date - 1, metrics.final_date)) + 1 AS gone_date
  FROM experiments.exposures AS exposures
  JOIN experiments.metrics AS metrics USING (experiment_id)
  LEFT JOIN experiments.caps AS caps USING (experiment_id, metric)
  WHERE metrics.start_date <= $last_day AND metrics.final_date >= $first_day
    AND (metrics.kind <> 'winsorised' OR caps.cap IS NOT NULL)
),

present AS (
  SELECT * FROM measured WHERE mature_date <= $last_day AND gone_date > mature_date AND gone_date >= $first_day
),

-- Where each count of a metric goes, and which days of it count: y is its numerator, k its denominator, x1 to x4
-- are its covariates.
wanted AS (
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'y' AS slot, numerator AS name,
    first_date AS since_date, least(last_date, gone_date - 1, $last_day) AS to_date
  FROM present
  UNION ALL
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'k' AS slot, denominator AS name,
    first_date AS since_date, least(last_date, gone_date - 1, $last_day) AS to_date
  FROM present
  UNION ALL
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'x1' AS slot, covariate_1 AS name,
    exposed_date - pre_period_days AS since_date, exposed_date - 1 AS to_date
  FROM present
  UNION ALL
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'x2' AS slot, covariate_2 AS name,
    exposed_date - pre_period_days AS since_date, exposed_date - 1 AS to_date
  FROM present
  UNION ALL
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'x3' AS slot, covariate_3 AS name,
    exposed_date - pre_period_days AS since_date, exposed_date - 1 AS to_date
  FROM present
  UNION ALL
  SELECT
    experiment_id, metric, kind, user_id, mature_date, 'x4' AS slot, covariate_4 AS name,
    exposed_date - pre_period_days AS since_date, exposed_date - 1 AS to_date
  FROM present
),

contributions AS (
  SELECT
    experiment_id, metric, kind, wanted.user_id, slot, value,
    greatest(event_date, mature_date, CAST($first_day AS DATE) - 1) AS from_date
  FROM wanted
  JOIN experiments.user_counts AS user_counts
    ON user_counts.user_id = wanted.user_id
    AND user_counts.name = wanted.name
    AND event_date BETWEEN since_date AND to_date
  UNION ALL
  SELECT experiment_id, metric, kind, user_id, 'entry' AS slot, 0 AS value, greatest(mature_date, CAST($first_day AS DATE) - 1) AS from_date
  FROM present
),

changes AS (
  SELECT
    experiment_id, metric, kind, user_id, from_date,
    coalesce(sum(value) FILTER (WHERE slot = 'y'), 0) AS y,
    coalesce(sum(value) FILTER (WHERE slot = 'k'), 0) AS k,
    coalesce(sum(value) FILTER (WHERE slot = 'x1'), 0) AS x1,
    coalesce(sum(value) FILTER (WHERE slot = 'x2'), 0) AS x2,
    coalesce(sum(value) FILTER (WHERE slot = 'x3'), 0) AS x3,
    coalesce(sum(value) FILTER (WHERE slot = 'x4'), 0) AS x4
  FROM contributions
  GROUP BY experiment_id, metric, kind, user_id, from_date
),

-- The kind is part of the key so that a reader of some kinds alone does not wait for the others.
totals AS (
  SELECT
    experiment_id, metric, kind, user_id, from_date,
    lead(from_date) OVER changing AS next_date,
    sum(y) OVER changing AS y,
    sum(k) OVER changing AS k,
    sum(x1) OVER changing AS x1,
    sum(x2) OVER changing AS x2,
    sum(x3) OVER changing AS x3,
    sum(x4) OVER changing AS x4
  FROM changes
  WINDOW changing AS (PARTITION BY experiment_id, metric, kind, user_id ORDER BY from_date)
)

SELECT
  experiment_id, -- The experiment.
  metric, -- The outcome.
  kind, -- Kind of the outcome.
  present.unit, -- What was randomised: user or classroom.
  present.unit_id, -- The user or classroom.
  user_id, -- The person.
  present.classroom_id, -- Class of the person.
  present.variant, -- The variant shown.
  present.exposed_date, -- Reporting day of the user's exposure.
  present.start_date, -- First day of the experiment.
  present.role, -- student or teacher at exposure.
  present.platform, -- Client at exposure.
  present.country, -- Country at exposure.
  present.plan, -- Plan at exposure.
  CASE
    WHEN kind IN ('proportion', 'retention') THEN CAST(least(y, 1) AS DOUBLE)
    WHEN kind = 'winsorised' THEN least(y, cap)
    ELSE y
  END AS y, -- The user's value: a total, capped where winsorised, or whether there was any.
  CASE WHEN kind = 'ratio' THEN k ELSE 1 END AS k, -- The denominator's total of a ratio, else one user.
  CASE WHEN kind = 'winsorised' THEN least(x1, cap) ELSE x1 END AS x1, -- First covariate, capped like the total.
  CASE WHEN covariate_2 IS NOT NULL THEN x2 END AS x2, -- Second covariate; null where there is none.
  CASE WHEN covariate_3 IS NOT NULL THEN x3 END AS x3, -- Third covariate; null where there is none.
  CASE WHEN covariate_4 IS NOT NULL THEN x4 END AS x4, -- Fourth covariate; null where there is none.
  from_date, -- First day of the window on which this holds.
  least(coalesce(next_date, gone_date), gone_date) AS until_date, -- Day on which it ceases to hold.
  present.final_date -- Last day on which the metric is measured.
FROM totals
JOIN present USING (experiment_id, metric, kind, user_id)
WHERE from_date < gone_date
