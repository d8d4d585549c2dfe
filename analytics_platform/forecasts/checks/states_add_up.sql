-- On each day to come the seven states of the growth model add up to everybody ever seen.
-- table: forecasts.scenario_states
SELECT
  scenario_id, event_date, ever_seen,
  new + current + reactivated + resurrected + at_risk_wau + at_risk_mau + dormant AS added_up
FROM forecasts.scenario_states
WHERE
  abs(new + current + reactivated + resurrected + at_risk_wau + at_risk_mau + dormant - ever_seen)
  > 1e-6 * (ever_seen + 1)
  OR new < 0 OR current < 0 OR reactivated < 0 OR resurrected < 0 OR at_risk_wau < 0 OR at_risk_mau < 0 OR dormant < 0
