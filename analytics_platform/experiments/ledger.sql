-- Moments of every experiment as of every day: units, means and centred cross-products of y, k and x1 to x4, by
-- variant, metric and segment; overall by cohort of first exposure, in segments over all cohorts together.
-- key: event_date, experiment_id, metric, variant, dimension, segment, cohort_date
-- history: yes
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

cohorts AS (
  SELECT experiment_id, unit_id, min(event_date) AS cohort_date
  FROM experiments.exposures
  WHERE coalesce(event_date < excluded_date, TRUE)
  GROUP BY experiment_id, unit_id
),

-- A user stands in five segments; a class in every segment that its members stand in, with these members.
memberships AS (
  SELECT *, 'overall' AS dimension, 'all' AS segment FROM running_totals
  UNION ALL
  SELECT *, 'role' AS dimension, role AS segment FROM running_totals
  UNION ALL
  SELECT *, 'platform' AS dimension, platform AS segment FROM running_totals
  UNION ALL
  SELECT *, 'country' AS dimension, country AS segment FROM running_totals
  UNION ALL
  SELECT *, 'plan' AS dimension, plan AS segment FROM running_totals
),

placed AS (
  SELECT
    experiment_id, variant, metric, dimension, segment,
    CASE WHEN dimension = 'overall' THEN cohorts.cohort_date ELSE start_date END AS cohort_date,
    unit, unit_id, from_date, until_date, y, k, x1, x2, x3, x4
  FROM memberships
  JOIN cohorts USING (experiment_id, unit_id)
),

-- Numbers stand for groups from here on, because there are many rows and few groups.
groups AS (
  SELECT
    experiment_id, variant, metric, dimension, segment, cohort_date,
    row_number() OVER (ORDER BY experiment_id, variant, metric, dimension, segment, cohort_date) AS group_number
  FROM placed
  GROUP BY experiment_id, variant, metric, dimension, segment, cohort_date
),

members AS (
  SELECT
    group_number, unit, unit_id, y, k, x1, x2, x3, x4,
    greatest(from_date, CAST($first_day AS DATE)) AS first_date,
    date_diff(
      'day', greatest(from_date, CAST($first_day AS DATE)), least(until_date, CAST($last_day AS DATE) + 1)
    ) AS length_days
  FROM placed
  JOIN groups USING (experiment_id, variant, metric, dimension, segment, cohort_date)
),

-- The days that each length of time has: joining by length is several times faster than by first and last day.
lengths AS (
  SELECT length_days, CAST(number AS INT) AS days_after
  FROM (SELECT DISTINCT length_days FROM members) AS found
  JOIN (
    SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit AS number
    FROM digits AS ones
    CROSS JOIN digits AS tens
    CROSS JOIN digits AS hundreds
    CROSS JOIN digits AS thousands
  ) AS numbers ON number < length_days
),

-- One row per unit and day: a user as it stands, a class as the sum of its members.
units AS (
  SELECT first_date + days_after AS event_date, group_number, y, k, x1, x2, x3, x4
  FROM members
  JOIN lengths USING (length_days)
  WHERE unit = 'user'
  UNION ALL
  SELECT
    first_date + days_after AS event_date, group_number,
    sum(y) AS y, sum(k) AS k, sum(x1) AS x1, sum(x2) AS x2, sum(x3) AS x3, sum(x4) AS x4
  FROM members
  JOIN lengths USING (length_days)
  WHERE unit = 'classroom'
  GROUP BY first_date + days_after, group_number, unit_id
),

-- Sums of squares cancel where a mean is large beside its spread, unless taken about a number near that mean.
origins AS (
  SELECT
    event_date, group_number,
    round(avg(y)) AS y_origin,
    round(avg(k)) AS k_origin,
    round(avg(x1)) AS x1_origin,
    round(avg(x2)) AS x2_origin,
    round(avg(x3)) AS x3_origin,
    round(avg(x4)) AS x4_origin
  FROM units
  GROUP BY event_date, group_number
),

deviations AS (
  SELECT
    event_date, group_number,
    y - y_origin AS y,
    k - k_origin AS k,
    x1 - x1_origin AS x1,
    x2 - x2_origin AS x2,
    x3 - x3_origin AS x3,
    x4 - x4_origin AS x4
  FROM units
  JOIN origins USING (event_date, group_number)
),

sums AS (
  SELECT
    event_date, group_number, count(*) AS units,
    sum(y) AS y, sum(k) AS k, sum(x1) AS x1, sum(x2) AS x2, sum(x3) AS x3, sum(x4) AS x4,
    sum(y * y) AS yy, sum(y * k) AS yk, sum(y * x1) AS yx1, sum(y * x2) AS yx2, sum(y * x3) AS yx3, sum(y * x4) AS yx4,
    sum(k * k) AS kk, sum(k * x1) AS kx1, sum(k * x2) AS kx2, sum(k * x3) AS kx3, sum(k * x4) AS kx4,
    sum(x1 * x1) AS x1x1, sum(x1 * x2) AS x1x2, sum(x1 * x3) AS x1x3, sum(x1 * x4) AS x1x4,
    sum(x2 * x2) AS x2x2, sum(x2 * x3) AS x2x3, sum(x2 * x4) AS x2x4,
    sum(x3 * x3) AS x3x3, sum(x3 * x4) AS x3x4,
    sum(x4 * x4) AS x4x4
  FROM deviations
  GROUP BY event_date, group_number
)

SELECT
  experiment_id, -- The experiment.
  variant, -- The variant.
  metric, -- The outcome.
  dimension, -- overall, role, platform, country or plan, as known at exposure.
  segment, -- Value of the dimension; `all` for overall.
  cohort_date, -- Reporting day of the units' first exposure; of segments the experiment's first day.
  units, -- Users, or classrooms where these were randomised (units).
  y_origin + y / nullif(units, 0) AS mean_y, -- Mean of y.
  k_origin + k / nullif(units, 0) AS mean_k, -- Mean of k.
  x1_origin + x1 / nullif(units, 0) AS mean_x1, -- Mean of x1.
  x2_origin + x2 / nullif(units, 0) AS mean_x2, -- Mean of x2.
  x3_origin + x3 / nullif(units, 0) AS mean_x3, -- Mean of x3.
  x4_origin + x4 / nullif(units, 0) AS mean_x4, -- Mean of x4.
  yy - y * y / nullif(units, 0) AS cross_yy, -- Centred sum of y × y.
  yk - y * k / nullif(units, 0) AS cross_yk, -- Centred sum of y × k.
  yx1 - y * x1 / nullif(units, 0) AS cross_yx1, -- Centred sum of y × x1.
  yx2 - y * x2 / nullif(units, 0) AS cross_yx2, -- Centred sum of y × x2.
  yx3 - y * x3 / nullif(units, 0) AS cross_yx3, -- Centred sum of y × x3.
  yx4 - y * x4 / nullif(units, 0) AS cross_yx4, -- Centred sum of y × x4.
  kk - k * k / nullif(units, 0) AS cross_kk, -- Centred sum of k × k.
  kx1 - k * x1 / nullif(units, 0) AS cross_kx1, -- Centred sum of k × x1.
  kx2 - k * x2 / nullif(units, 0) AS cross_kx2, -- Centred sum of k × x2.
  kx3 - k * x3 / nullif(units, 0) AS cross_kx3, -- Centred sum of k × x3.
  kx4 - k * x4 / nullif(units, 0) AS cross_kx4, -- Centred sum of k × x4.
  x1x1 - x1 * x1 / nullif(units, 0) AS cross_x1x1, -- Centred sum of x1 × x1.
  x1x2 - x1 * x2 / nullif(units, 0) AS cross_x1x2, -- Centred sum of x1 × x2.
  x1x3 - x1 * x3 / nullif(units, 0) AS cross_x1x3, -- Centred sum of x1 × x3.
  x1x4 - x1 * x4 / nullif(units, 0) AS cross_x1x4, -- Centred sum of x1 × x4.
  x2x2 - x2 * x2 / nullif(units, 0) AS cross_x2x2, -- Centred sum of x2 × x2.
  x2x3 - x2 * x3 / nullif(units, 0) AS cross_x2x3, -- Centred sum of x2 × x3.
  x2x4 - x2 * x4 / nullif(units, 0) AS cross_x2x4, -- Centred sum of x2 × x4.
  x3x3 - x3 * x3 / nullif(units, 0) AS cross_x3x3, -- Centred sum of x3 × x3.
  x3x4 - x3 * x4 / nullif(units, 0) AS cross_x3x4, -- Centred sum of x3 × x4.
  x4x4 - x4 * x4 / nullif(units, 0) AS cross_x4x4, -- Centred sum of x4 × x4.
  event_date -- The day as of which this holds.
FROM sums
JOIN origins USING (event_date, group_number)
JOIN groups USING (group_number)
