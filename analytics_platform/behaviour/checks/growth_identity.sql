-- Active users are those of the eve, plus new, plus resurrected, less churned; who is not lost is retained.
-- table: behaviour.growth_accounting_daily
SELECT
  today.event_date, today.dimension, today.segment, today.period_days, today.active_users,
  today.previous_active_users, eve.active_users AS eve_active_users, today.new_users,
  today.resurrected_users, today.churned_users, today.retained_users, today.net_change
FROM behaviour.growth_accounting_daily AS today
LEFT JOIN behaviour.growth_accounting_daily AS eve
  ON eve.event_date = today.event_date - 1 AND eve.dimension = today.dimension
  AND eve.segment = today.segment AND eve.period_days = today.period_days
  AND eve.event_date BETWEEN CAST($first_day AS DATE) - 1 AND $last_day
WHERE today.event_date BETWEEN $first_day AND $last_day
  AND (
    today.active_users
      <> today.previous_active_users + today.new_users + today.resurrected_users - today.churned_users
    OR today.previous_active_users <> today.retained_users + today.churned_users
    OR today.previous_active_users <> coalesce(eve.active_users, today.previous_active_users)
    OR today.net_change <> today.active_users - today.previous_active_users
    OR least(today.new_users, today.resurrected_users, today.churned_users, today.retained_users) < 0
  )
ORDER BY today.event_date, today.dimension, today.segment, today.period_days
