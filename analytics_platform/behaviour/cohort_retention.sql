-- One row per measure, cohort, segment and period after the first active day: who was active in it.
-- key: measure, cohort_grain, cohort_date, dimension, segment, period
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

numbers AS (
  SELECT ones.digit + 10 * tens.digit AS n FROM digits AS ones CROSS JOIN digits AS tens
),

-- Days that must have been observed for a period to count, and the bits that say who was active in it.
periods AS (
  SELECT
    'n_day' AS measure, n AS period, n AS from_day, n AS to_day, n AS needed_days, CAST(0 AS BIGINT) AS bits
  FROM numbers
  WHERE n <= 90
  UNION ALL
  SELECT 'unbounded', n, n, NULL, n + 27, CAST(0 AS BIGINT) FROM numbers WHERE n <= 90
  UNION ALL
  SELECT 'bracket', from_day, from_day, to_day, to_day, CAST(bits AS BIGINT)
  FROM (
    VALUES (1, 3, 1), (4, 7, 2), (8, 14, 4), (15, 28, 8), (29, 56, 16), (57, 90, 32)
  ) AS b (from_day, to_day, bits)
  UNION ALL
  SELECT 'week', n, 7 * n, 7 * n + 6, 7 * n + 6, CAST(1 AS BIGINT) << CAST(n AS INT) FROM numbers WHERE n < 52
  UNION ALL
  SELECT 'month', n, 28 * n, 28 * n + 27, 28 * n + 27, CAST(15 AS BIGINT) << CAST(4 * n AS INT)
  FROM numbers WHERE n < 13
),

today AS (
  SELECT max(event_date) AS today_date FROM activity.user_days
),

people AS (
  SELECT
    user_id,
    CAST(date_trunc('week', first_date) AS DATE) AS cohort_week,
    CAST(date_trunc('month', first_date) AS DATE) AS cohort_month,
    role, acquisition_channel, first_feature, days_observed, active_weeks, active_brackets,
    first_date,
    least(last_day, days_observed - 27, 90) AS seen_until
  FROM behaviour.user_lifetimes
),

profiles AS (
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature, days_observed,
    count(*) AS users
  FROM people
  GROUP BY cohort_week, cohort_month, role, acquisition_channel, first_feature, days_observed
),

-- Everyone active in a period that was wholly observed, by profile.
n_days AS (
  SELECT
    people.cohort_week, people.cohort_month, people.role, people.acquisition_channel, people.first_feature,
    date_diff('day', people.first_date, days.event_date) AS period,
    count(*) AS retained
  FROM activity.user_days AS days
  JOIN people ON people.user_id = days.user_id
  WHERE days.is_active AND date_diff('day', people.first_date, days.event_date) <= 90
  GROUP BY 1, 2, 3, 4, 5, 6
),

seen AS (
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature, seen_until, count(*) AS users
  FROM people
  GROUP BY cohort_week, cohort_month, role, acquisition_channel, first_feature, seen_until
),

patterns AS (
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature, days_observed,
    active_weeks, active_brackets, count(*) AS users
  FROM people
  GROUP BY
    cohort_week, cohort_month, role, acquisition_channel, first_feature, days_observed,
    active_weeks, active_brackets
),

counts AS (
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature,
    'n_day' AS measure, period, retained
  FROM n_days
  UNION ALL
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature,
    measure, period, sum(users) AS retained
  FROM seen
  JOIN periods ON periods.measure = 'unbounded' AND periods.period <= seen.seen_until
  GROUP BY cohort_week, cohort_month, role, acquisition_channel, first_feature, measure, period
  UNION ALL
  SELECT
    cohort_week, cohort_month, role, acquisition_channel, first_feature,
    measure, period, sum(users) AS retained
  FROM patterns
  JOIN periods ON periods.bits <> 0 AND periods.needed_days <= patterns.days_observed
  WHERE (CASE WHEN measure = 'bracket' THEN active_brackets ELSE active_weeks END) & bits <> 0
  GROUP BY cohort_week, cohort_month, role, acquisition_channel, first_feature, measure, period
),

-- Cohorts of a week are small: they are divided by role alone.
cuts AS (
  SELECT cohort_grain, dimension
  FROM (
    VALUES
      ('week', 'overall'), ('week', 'role'),
      ('month', 'overall'), ('month', 'role'), ('month', 'acquisition_channel'), ('month', 'first_feature'),
      ('all', 'overall'), ('all', 'role'), ('all', 'acquisition_channel'), ('all', 'first_feature')
  ) AS c (cohort_grain, dimension)
),

sizes AS (
  SELECT
    cohort_grain,
    CASE cohort_grain WHEN 'week' THEN cohort_week WHEN 'month' THEN cohort_month END AS cohort_date,
    dimension,
    CASE dimension
      WHEN 'role' THEN role WHEN 'acquisition_channel' THEN acquisition_channel
      WHEN 'first_feature' THEN first_feature ELSE 'all'
    END AS segment,
    days_observed,
    sum(users) AS users
  FROM profiles
  CROSS JOIN cuts
  GROUP BY 1, 2, 3, 4, 5
),

longest AS (
  SELECT max(days_observed) AS longest_days FROM profiles
),

eligible AS (
  SELECT
    cohort_grain, cohort_date, dimension, segment, measure, period, from_day, to_day, needed_days,
    sum(users) AS cohort_users,
    coalesce(sum(users) FILTER (WHERE days_observed >= needed_days), 0) AS eligible_users
  FROM sizes
  CROSS JOIN longest
  JOIN periods ON periods.needed_days <= longest.longest_days
  GROUP BY cohort_grain, cohort_date, dimension, segment, measure, period, from_day, to_day, needed_days
),

retained AS (
  SELECT
    cohort_grain,
    CASE cohort_grain WHEN 'week' THEN cohort_week WHEN 'month' THEN cohort_month END AS cohort_date,
    dimension,
    CASE dimension
      WHEN 'role' THEN role WHEN 'acquisition_channel' THEN acquisition_channel
      WHEN 'first_feature' THEN first_feature ELSE 'all'
    END AS segment,
    measure,
    period,
    sum(retained) AS retained
  FROM counts
  CROSS JOIN cuts
  GROUP BY 1, 2, 3, 4, 5, 6
),

cells AS (
  SELECT
    eligible.measure, eligible.cohort_grain, eligible.cohort_date, eligible.dimension, eligible.segment,
    eligible.period, eligible.from_day, eligible.to_day, eligible.cohort_users, eligible.eligible_users,
    CASE WHEN eligible_users > 0 THEN coalesce(retained, 0) END AS retained_users,
    CASE eligible.cohort_grain
      WHEN 'week' THEN date_diff('day', eligible.cohort_date + 6, today_date)
      WHEN 'month' THEN date_diff(
        'day', CAST(date_trunc('month', eligible.cohort_date + 31) AS DATE) - 1, today_date
      )
      ELSE 0
    END >= needed_days AS is_complete,
    CAST(eligible_users AS DOUBLE) AS n,
    CAST(coalesce(retained, 0) AS DOUBLE) AS k,
    1.959963984540054 * sqrt(
      coalesce(retained, 0) * (eligible_users - coalesce(retained, 0)) / nullif(eligible_users, 0)
      + 0.960364705173531
    ) AS spread
  FROM eligible
  CROSS JOIN today
  LEFT JOIN retained
    ON retained.measure = eligible.measure
    AND retained.period = eligible.period
    AND retained.cohort_grain = eligible.cohort_grain
    AND coalesce(retained.cohort_date, DATE '1970-01-01') = coalesce(eligible.cohort_date, DATE '1970-01-01')
    AND retained.dimension = eligible.dimension
    AND retained.segment = eligible.segment
)

SELECT
  measure, -- n_day, unbounded, bracket, week or month.
  cohort_grain, -- What people who began together share: their week, their month, or all.
  cohort_date, -- Monday of the week, or first of the month, of the first active day; null for all.
  dimension, -- overall, role, acquisition_channel or first_feature; by week overall and role alone.
  segment, -- Value of the dimension; `all` for overall.
  CAST(period AS BIGINT) AS period, -- Day N, first day of a bracket, or number of the week or month.
  CAST(from_day AS BIGINT) AS from_day, -- First day of the period, counted from the first active day as 0.
  CAST(to_day AS BIGINT) AS to_day, -- Last day of the period; null for unbounded.
  CAST(cohort_users AS BIGINT) AS cohort_users, -- People of the cohort and segment.
  CAST(eligible_users AS BIGINT) AS eligible_users, -- Those for whom the period was wholly observed.
  CAST(retained_users AS BIGINT) AS retained_users, -- Those of eligible_users active in it; null without any.
  k / nullif(n, 0) AS retention, -- Retained / eligible; null while nobody's period is over.
  CASE
    WHEN n > 0 THEN greatest((k + 1.920729410347062 - spread) / nullif(n + 3.841458820694124, 0), 0)
  END AS retention_low, -- Lower limit of its 95 % interval (Wilson).
  CASE
    WHEN n > 0 THEN least((k + 1.920729410347062 + spread) / nullif(n + 3.841458820694124, 0), 1)
  END AS retention_high, -- Upper limit of its 95 % interval (Wilson).
  is_complete -- Whether the period was observed for the cohort's last day, so that the row will not change.
FROM cells
