-- One row per reporting day, feature and role; features and roles from the day each was first seen.
-- key: event_date, feature, role
-- history: yes
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

offsets AS (
  SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit AS days
  FROM digits AS ones
  CROSS JOIN digits AS tens
  CROSS JOIN digits AS hundreds
  CROSS JOIN digits AS thousands
),

days AS (
  SELECT CAST($first_day AS DATE) + days AS event_date
  FROM offsets
  WHERE days <= date_diff('day', CAST($first_day AS DATE), CAST($last_day AS DATE))
),

features AS (
  SELECT feature
  FROM (VALUES ('summarize'), ('quiz'), ('explain'), ('flashcards'), ('chat'), ('other')) AS f (feature)
),

role_days AS (
  SELECT
    event_date, role,
    count(*) FILTER (WHERE is_active) AS active_users,
    sum(summarize_uses) AS summarize_uses,
    sum(quiz_uses) AS quiz_uses,
    sum(explain_uses) AS explain_uses,
    sum(flashcards_uses) AS flashcards_uses,
    sum(chat_uses) AS chat_uses,
    sum(other_uses) AS other_uses
  FROM activity.user_days
  WHERE event_date <= $last_day
  GROUP BY event_date, role
),

groups AS (
  SELECT role AS member_role, role, min(event_date) AS first_date FROM role_days GROUP BY role
  UNION ALL
  SELECT members.role AS member_role, 'all' AS role, firsts.first_date
  FROM (SELECT DISTINCT role FROM role_days) AS members
  CROSS JOIN (SELECT min(event_date) AS first_date FROM role_days) AS firsts
),

first_uses AS (
  SELECT feature, min(event_date) AS first_date
  FROM role_days
  CROSS JOIN features
  WHERE CASE feature
    WHEN 'summarize' THEN summarize_uses
    WHEN 'quiz' THEN quiz_uses
    WHEN 'explain' THEN explain_uses
    WHEN 'flashcards' THEN flashcards_uses
    WHEN 'chat' THEN chat_uses
    ELSE other_uses
  END > 0
  GROUP BY feature
),

grid AS (
  SELECT days.event_date, first_uses.feature, roles.role
  FROM days
  JOIN first_uses ON first_uses.first_date <= days.event_date
  JOIN (SELECT DISTINCT role, first_date FROM groups) AS roles ON roles.first_date <= days.event_date
),

active AS (
  SELECT event_date, groups.role, sum(active_users) AS active_users
  FROM role_days
  JOIN groups ON groups.member_role = role_days.role
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY 1, 2
),

-- The history only of people who use a feature within the window.
present AS (
  SELECT DISTINCT user_id
  FROM activity.user_days
  WHERE event_date BETWEEN $first_day AND $last_day AND events > 0
),

feature_days AS (
  SELECT
    event_date, user_id, role, feature,
    CASE feature
      WHEN 'summarize' THEN summarize_uses
      WHEN 'quiz' THEN quiz_uses
      WHEN 'explain' THEN explain_uses
      WHEN 'flashcards' THEN flashcards_uses
      WHEN 'chat' THEN chat_uses
      ELSE other_uses
    END AS uses
  FROM activity.user_days
  JOIN present USING (user_id)
  CROSS JOIN features
  WHERE event_date <= $last_day
),

with_previous AS (
  SELECT
    event_date, role, feature, uses,
    lag(event_date) OVER (PARTITION BY user_id, feature ORDER BY event_date) AS previous_date
  FROM feature_days
  WHERE uses > 0
),

used AS (
  SELECT
    event_date, feature, groups.role,
    count(*) AS users,
    sum(uses) AS uses,
    count(*) FILTER (WHERE previous_date IS NULL) AS new_users_of_feature,
    count(*) FILTER (WHERE previous_date >= event_date - 28) AS repeat_users
  FROM with_previous
  JOIN groups ON groups.member_role = with_previous.role
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY 1, 2, 3
)

SELECT
  feature, -- The feature.
  role, -- student, teacher, or `all` of them.
  coalesce(users, 0) AS users, -- Users of the feature that day.
  CAST(coalesce(uses, 0) AS BIGINT) AS uses, -- Feature uses.
  CAST(coalesce(active_users, 0) AS BIGINT) AS active_users, -- Users active that day, of this role.
  coalesce(new_users_of_feature, 0) AS new_users_of_feature, -- Users who had never used it before.
  coalesce(repeat_users, 0) AS repeat_users, -- Users who had used it within the 28 days before.
  event_date -- Reporting day.
FROM grid
LEFT JOIN used USING (event_date, feature, role)
LEFT JOIN active USING (event_date, role)
