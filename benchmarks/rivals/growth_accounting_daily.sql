-- `growth_accounting_daily` in ClickHouse, from `lifecycle_daily`.
WITH
moves AS (
  SELECT
    event_date, dimension, segment, period_days, users, state = 'new' AS is_new,
    transform(previous_state, ['at_risk_wau', 'at_risk_mau', 'dormant', 'unseen'], [7, 28, 99, 99], 1)
      <= period_days AS was,
    transform(state, ['at_risk_wau', 'at_risk_mau', 'dormant'], [7, 28, 99], 1) <= period_days AS is
  FROM behaviour.lifecycle_daily
  ARRAY JOIN [1, 7, 28] AS period_days
),
flows AS (
  SELECT
    event_date, dimension, segment, period_days,
    sumIf(users, is) AS active_users, sumIf(users, was) AS previous_active_users,
    sumIf(users, is_new) AS new_users, sumIf(users, is AND NOT was AND NOT is_new) AS resurrected_users,
    sumIf(users, was AND NOT is) AS churned_users, sumIf(users, was AND is) AS retained_users
  FROM moves
  GROUP BY event_date, dimension, segment, period_days
)
SELECT
  *, active_users - previous_active_users AS net_change,
  if(
    count() OVER week = 7,
    sum(new_users + resurrected_users) OVER week / nullIf(sum(churned_users) OVER week, 0), NULL
  ) AS quick_ratio
FROM flows
WINDOW week AS (
  PARTITION BY dimension, segment, period_days ORDER BY event_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
)
