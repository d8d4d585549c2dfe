-- No count is negative; DAU ≤ WAU ≤ MAU; a part (new, retained, converted) never exceeds its whole.
-- table: behaviour.kpi_daily
SELECT event_date, dimension, segment, dau, wau, mau, new_users, active_subscribers
FROM behaviour.kpi_daily
WHERE event_date BETWEEN $first_day AND $last_day
  AND (
    dau < 0 OR dau > wau OR wau > mau OR new_users > dau OR sessions < dau
    OR retained_1d > cohort_1d OR retained_7d > cohort_7d OR retained_30d > cohort_30d
    OR converted_28d > trials_28d OR ratings_4_plus > ratings
    OR rating_sum < ratings OR rating_sum > 5 * ratings OR active_subscribers < 0
  )
ORDER BY event_date, dimension, segment
