-- Every session belongs to a person who is active that day in activity.user_days.
-- table: activity.user_days
-- blocking: yes
SELECT sessions.event_date, sessions.user_id, sessions.session_id
FROM activity.sessions AS sessions
LEFT JOIN activity.user_days AS user_days
  ON user_days.event_date = sessions.event_date
  AND user_days.user_id = sessions.user_id
  AND user_days.is_active
WHERE sessions.event_date BETWEEN $first_day AND $last_day AND user_days.user_id IS NULL
ORDER BY sessions.event_date, sessions.user_id, sessions.session_id
