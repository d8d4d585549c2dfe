-- One row per active days among the first 7 or 14, segment and later period: who was active in it.
-- key: window_days, dimension, segment, active_days, from_day
WITH
outcomes AS (
  SELECT window_days, from_day, to_day, CAST(bits AS BIGINT) AS bits
  FROM (
    VALUES (7, 7, 27, 14), (7, 28, 55, 240), (14, 14, 27, 12), (14, 28, 55, 240)
  ) AS o (window_days, from_day, to_day, bits)
),

cuts AS (
  SELECT dimension FROM (VALUES ('overall'), ('role')) AS c (dimension)
),

cells AS (
  SELECT
    window_days,
    dimension,
    CASE dimension WHEN 'role' THEN role ELSE 'all' END AS segment,
    least(CASE window_days WHEN 7 THEN active_days_7d ELSE active_days_14d END, 5) AS active_days,
    from_day,
    to_day,
    count(*) AS users,
    count(*) FILTER (WHERE days_observed >= to_day) AS eligible_users,
    count(*) FILTER (WHERE days_observed >= to_day AND active_weeks & bits <> 0) AS retained
  FROM behaviour.user_lifetimes
  CROSS JOIN outcomes
  CROSS JOIN cuts
  WHERE days_observed >= window_days - 1
  GROUP BY 1, 2, 3, 4, 5, 6
),

fractions AS (
  SELECT
    window_days, dimension, segment, active_days, from_day, to_day, users, eligible_users, retained,
    CAST(eligible_users AS DOUBLE) AS n, CAST(retained AS DOUBLE) AS k,
    1.959963984540054 * sqrt(
      retained * (eligible_users - retained) / nullif(eligible_users, 0) + 0.960364705173531
    ) AS spread
  FROM cells
)

SELECT
  CAST(window_days AS BIGINT) AS window_days, -- Days of first use in which active days are counted: 7 or 14.
  dimension, -- overall or role.
  segment, -- Value of the dimension; `all` for overall.
  CAST(active_days AS BIGINT) AS active_days, -- Active days among them; 5 means five or more.
  CAST(from_day AS BIGINT) AS from_day, -- First day of the later period; the first active day is 0.
  CAST(to_day AS BIGINT) AS to_day, -- Last day of the later period.
  users, -- People whose first days were wholly observed.
  eligible_users, -- Those for whom the later period was wholly observed too.
  CASE WHEN eligible_users > 0 THEN retained END AS retained_users, -- Those of eligible_users active in it.
  k / nullif(n, 0) AS retention, -- Retained / eligible: an association, no effect of use.
  CASE
    WHEN n > 0 THEN greatest((k + 1.920729410347062 - spread) / nullif(n + 3.841458820694124, 0), 0)
  END AS retention_low, -- Lower limit of its 95 % interval (Wilson).
  CASE
    WHEN n > 0 THEN least((k + 1.920729410347062 + spread) / nullif(n + 3.841458820694124, 0), 1)
  END AS retention_high -- Upper limit of its 95 % interval (Wilson).
FROM fractions
