-- Survival begins at 1, never grows, and lies in its interval; people at risk grow fewer by those lost.
-- table: behaviour.survival
SELECT dimension, segment, day, at_risk_users, churned_users, survival, survival_before
FROM (
  SELECT
    dimension, segment, day, at_risk_users, churned_users, survival, survival_low, survival_high,
    lag(survival) OVER (PARTITION BY dimension, segment ORDER BY day) AS survival_before,
    lag(at_risk_users - churned_users) OVER (PARTITION BY dimension, segment ORDER BY day) AS left_before
  FROM behaviour.survival
) AS days
WHERE (day = 0 AND survival < 1) OR survival > survival_before OR at_risk_users > left_before
  OR churned_users > at_risk_users OR survival < survival_low OR survival > survival_high
  OR survival < 0 OR survival > 1
