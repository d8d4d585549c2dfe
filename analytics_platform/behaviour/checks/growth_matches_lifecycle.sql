-- Users active within 1, 7 and 28 days are those of the states that the period counts, on every day.
-- table: behaviour.growth_accounting_daily
SELECT
  event_date, dimension, segment, daily, weekly, monthly, dau AS expected_daily, wau AS expected_weekly,
  mau AS expected_monthly
FROM (
  SELECT
    event_date, dimension, segment,
    sum(active_users) FILTER (WHERE period_days = 1) AS daily,
    sum(active_users) FILTER (WHERE period_days = 7) AS weekly,
    sum(active_users) FILTER (WHERE period_days = 28) AS monthly
  FROM behaviour.growth_accounting_daily
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension, segment
) AS found
FULL JOIN (
  SELECT
    event_date, dimension, segment,
    sum(users) FILTER (WHERE state IN ('new', 'current', 'reactivated', 'resurrected')) AS dau,
    sum(users) FILTER (WHERE state NOT IN ('at_risk_mau', 'dormant')) AS wau,
    sum(users) FILTER (WHERE state <> 'dormant') AS mau
  FROM behaviour.lifecycle_daily
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension, segment
) AS expected USING (event_date, dimension, segment)
WHERE coalesce(daily, -1) <> coalesce(dau, -1) OR coalesce(weekly, -1) <> coalesce(wau, -1)
  OR coalesce(monthly, -1) <> coalesce(mau, -1)
ORDER BY event_date, dimension, segment
