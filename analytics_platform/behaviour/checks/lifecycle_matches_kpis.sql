-- The states of a day add up to its DAU, WAU, MAU and new users in kpi_daily.
-- table: behaviour.lifecycle_daily
SELECT
  event_date, states.dau, kpis.dau AS kpi_dau, states.wau, kpis.wau AS kpi_wau, states.mau,
  kpis.mau AS kpi_mau, states.new_users, kpis.new_users AS kpi_new_users
FROM (
  SELECT
    event_date,
    sum(users) FILTER (WHERE state IN ('new', 'current', 'reactivated', 'resurrected')) AS dau,
    sum(users) FILTER (WHERE state NOT IN ('at_risk_mau', 'dormant')) AS wau,
    sum(users) FILTER (WHERE state <> 'dormant') AS mau,
    sum(users) FILTER (WHERE state = 'new') AS new_users
  FROM behaviour.lifecycle_daily
  WHERE event_date BETWEEN $first_day AND $last_day AND dimension = 'overall'
  GROUP BY event_date
) AS states
FULL JOIN (
  SELECT event_date, dau, wau, mau, new_users
  FROM behaviour.kpi_daily
  WHERE event_date BETWEEN $first_day AND $last_day AND dimension = 'overall'
) AS kpis USING (event_date)
WHERE coalesce(states.dau, 0) <> coalesce(kpis.dau, 0)
  OR coalesce(states.wau, 0) <> coalesce(kpis.wau, 0)
  OR coalesce(states.mau, 0) <> coalesce(kpis.mau, 0)
  OR coalesce(states.new_users, 0) <> coalesce(kpis.new_users, 0)
ORDER BY event_date
