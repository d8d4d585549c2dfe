-- One row per scope, role and path: the first nodes of a session, repeats of a node in a row taken as one.
-- key: role, path
WITH
log AS (
  SELECT
    user_id, session_id, event_time, event_id, event_date,
    CASE WHEN event_name = 'feature_used' THEN feature ELSE event_name END AS node
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day
    AND NOT is_bot AND event_name <> 'rated' AND session_id IS NOT NULL
),

compared AS (
  SELECT
    *,
    lag(node) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS before_node
  FROM log
),

visited AS (
  SELECT
    user_id, event_date, session_id, node,
    row_number() OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS place
  FROM compared
  WHERE before_node IS NULL OR before_node <> node
),

sessions AS (
  SELECT
    user_id,
    max(CASE WHEN place = 1 THEN node END) AS first_node,
    max(CASE WHEN place = 2 THEN node END) AS second_node,
    max(CASE WHEN place = 3 THEN node END) AS third_node,
    max(place) AS places
  FROM visited
  WHERE place <= 4
  GROUP BY user_id, event_date, session_id
),

roles AS (
  SELECT user_id, 'all' AS role FROM activity.users
  UNION ALL
  SELECT user_id, role FROM activity.users
)

SELECT
  role, -- student, teacher or all.
  concat_ws(
    ' → ', first_node, coalesce(second_node, 'end'),
    CASE WHEN places >= 2 THEN coalesce(third_node, 'end') END,
    CASE WHEN places = 3 THEN 'end' WHEN places > 3 THEN '…' END
  ) AS path, -- The first three nodes of the session, then end where it ended, … where it went on.
  count(*) AS sessions, -- Sessions that begin so.
  count(DISTINCT user_id) AS users -- Their users.
FROM sessions
JOIN roles USING (user_id)
GROUP BY role, path
