-- Everyone ever active has one life, with the first and last active day that activity.users has.
-- table: behaviour.user_lifetimes
-- blocking: yes
SELECT users.user_id, users.first_seen_date, users.last_seen_date, lives.first_date, lives.last_day
FROM (SELECT user_id, first_seen_date, last_seen_date FROM activity.users WHERE first_seen_date IS NOT NULL)
  AS users
FULL JOIN behaviour.user_lifetimes AS lives ON lives.user_id = users.user_id
WHERE users.user_id IS NULL OR lives.user_id IS NULL OR users.first_seen_date <> lives.first_date
  OR date_diff('day', users.first_seen_date, users.last_seen_date) <> lives.last_day
  OR lives.silent_from_day > lives.days_observed - 27
