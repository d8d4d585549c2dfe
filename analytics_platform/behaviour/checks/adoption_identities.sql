-- Users of a feature are active users, who use it at least once each and for the first time or again.
-- table: behaviour.feature_adoption_daily
SELECT event_date, feature, role, users, uses, active_users, new_users_of_feature, repeat_users
FROM behaviour.feature_adoption_daily
WHERE event_date BETWEEN $first_day AND $last_day
  AND (users < 0 OR users > active_users OR users > uses OR new_users_of_feature + repeat_users > users)
ORDER BY event_date, feature, role
