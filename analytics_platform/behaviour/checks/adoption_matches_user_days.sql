-- Uses over all features, and active users, of role `all` equal the day's activity.user_days.
-- table: behaviour.feature_adoption_daily
SELECT event_date, adoption.uses, adoption.active_users, days.events, days.dau
FROM (
  SELECT event_date, sum(uses) AS uses, max(active_users) AS active_users
  FROM behaviour.feature_adoption_daily
  WHERE event_date BETWEEN $first_day AND $last_day AND role = 'all'
  GROUP BY event_date
) AS adoption
FULL JOIN (
  SELECT event_date, sum(events) AS events, count(*) FILTER (WHERE is_active) AS dau
  FROM activity.user_days
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date
) AS days USING (event_date)
WHERE coalesce(uses, 0) <> coalesce(events, 0) OR (uses IS NOT NULL AND active_users <> coalesce(dau, 0))
ORDER BY event_date
