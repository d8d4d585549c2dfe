-- One row per reporting day, segment seen so far and period: how the users active within the last 1, 7 or 28
-- days came about from those of the eve. Segments as in lifecycle_daily.
-- key: event_date, dimension, segment, period_days
-- history: yes
WITH
-- Whether a period counts a state: the one on the eve of the day, and the one on the day.
memberships AS (
  SELECT states.state, periods.period_days, states.least_days <= periods.period_days AS is_active
  FROM (VALUES
    ('unseen', 99), ('new', 1), ('current', 1), ('reactivated', 1), ('resurrected', 1), ('at_risk_wau', 7),
    ('at_risk_mau', 28), ('dormant', 99)
  ) AS states (state, least_days)
  CROSS JOIN (VALUES (1), (7), (28)) AS periods (period_days)
),

flows AS (
  SELECT
    moves.event_date,
    moves.dimension,
    moves.segment,
    before.period_days,
    coalesce(sum(users) FILTER (WHERE after.is_active), 0) AS active_users,
    coalesce(sum(users) FILTER (WHERE before.is_active), 0) AS previous_active_users,
    coalesce(sum(users) FILTER (WHERE moves.state = 'new'), 0) AS new_users,
    coalesce(
      sum(users) FILTER (WHERE after.is_active AND NOT before.is_active AND moves.state <> 'new'), 0
    ) AS resurrected_users,
    coalesce(sum(users) FILTER (WHERE before.is_active AND NOT after.is_active), 0) AS churned_users,
    coalesce(sum(users) FILTER (WHERE before.is_active AND after.is_active), 0) AS retained_users
  FROM behaviour.lifecycle_daily AS moves
  JOIN memberships AS before ON before.state = moves.previous_state
  JOIN memberships AS after ON after.state = moves.state AND after.period_days = before.period_days
  WHERE moves.event_date BETWEEN CAST($first_day AS DATE) - 6 AND $last_day
  GROUP BY moves.event_date, moves.dimension, moves.segment, before.period_days
),

-- Over a week, for a weekend loses and a Monday wins in every product.
weeks AS (
  SELECT
    event_date, dimension, segment, period_days,
    active_users, previous_active_users, new_users, resurrected_users, churned_users, retained_users,
    sum(new_users + resurrected_users) OVER (
      PARTITION BY dimension, segment, period_days
      ORDER BY event_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
    ) AS gained_7d,
    sum(churned_users) OVER (
      PARTITION BY dimension, segment, period_days
      ORDER BY event_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
    ) AS churned_7d,
    count(*) OVER (
      PARTITION BY dimension, segment, period_days
      ORDER BY event_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
    ) AS days
  FROM flows
)

SELECT
  dimension, -- What the users are divided by: overall, role, country or acquisition_channel.
  segment, -- Value on a user's first active day; `all` for overall, `unknown` without a channel.
  CAST(period_days AS BIGINT) AS period_days, -- Days that a visit counts for: 1, 7 or 28.
  CAST(active_users AS BIGINT) AS active_users, -- Users active in the period ending on this day.
  CAST(previous_active_users AS BIGINT) AS previous_active_users, -- In the period ending on the eve.
  CAST(new_users AS BIGINT) AS new_users, -- Gained: users first seen on this day.
  CAST(resurrected_users AS BIGINT) AS resurrected_users, -- Gained: seen before, not counted on the eve.
  CAST(churned_users AS BIGINT) AS churned_users, -- Lost: counted on the eve and not on this day.
  CAST(retained_users AS BIGINT) AS retained_users, -- Users counted on both days.
  CAST(active_users - previous_active_users AS BIGINT) AS net_change, -- Gained less lost.
  CASE
    WHEN days = 7 THEN gained_7d / nullif(churned_7d, 0)
  END AS quick_ratio, -- Gained over lost in the last 7 days; null of none lost and before there are 7 days.
  event_date -- Reporting day.
FROM weeks
WHERE event_date >= $first_day
