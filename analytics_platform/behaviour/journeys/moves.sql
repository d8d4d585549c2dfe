-- One row per scope, anchor, position, role and pair of nodes: how often users went from the one to the other.
-- key: scope, anchor, position, role, from_node, to_node
WITH
log AS (
  SELECT
    user_id, session_id, event_time, event_id, event_date,
    CASE WHEN event_name = 'feature_used' THEN feature ELSE event_name END AS node
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - $window_days AND $last_day
    AND NOT is_bot AND event_name <> 'rated'
),

-- Within a session: from its start through every node to its end. Billing has no session.
visited AS (
  SELECT
    user_id, node, event_time,
    lag(node) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS before_node,
    lead(node) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS next_node,
    lead(event_time) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS next_time
  FROM log
  WHERE event_date >= $first_day AND session_id IS NOT NULL
),

within_session AS (
  SELECT
    user_id, node AS from_node, coalesce(next_node, 'end') AS to_node,
    date_diff('microsecond', date_trunc('microsecond', event_time), date_trunc('microsecond', next_time))
      AS microseconds
  FROM visited
  UNION ALL
  SELECT user_id, 'start' AS from_node, node AS to_node, NULL AS microseconds
  FROM visited
  WHERE before_node IS NULL
),

-- Between sessions: from the last feature of one to the first of the next, or the end where none came in time.
-- Only sessions after which the whole time was observed.
meetings AS (
  SELECT
    user_id, session_id, event_date, started_at, ended_at, entry_feature, exit_feature,
    lead(entry_feature) OVER (PARTITION BY user_id ORDER BY started_at, session_id) AS next_feature,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY started_at, session_id) AS next_date,
    lead(started_at) OVER (PARTITION BY user_id ORDER BY started_at, session_id) AS next_started_at,
    row_number() OVER (PARTITION BY user_id ORDER BY started_at, session_id) AS place
  FROM activity.sessions
  WHERE event_date BETWEEN CAST($first_day AS DATE) - $away_days AND $last_day AND entry_feature IS NOT NULL
),

between_sessions AS (
  SELECT
    user_id, exit_feature AS from_node,
    CASE WHEN next_date <= event_date + $away_days THEN next_feature ELSE 'end' END AS to_node,
    CASE
      WHEN next_date <= event_date + $away_days
        THEN date_diff(
          'microsecond', date_trunc('microsecond', ended_at), date_trunc('microsecond', next_started_at)
        )
    END AS microseconds
  FROM meetings
  WHERE event_date + $away_days <= CAST($last_day AS DATE)
  UNION ALL
  SELECT meetings.user_id, 'start' AS from_node, meetings.entry_feature AS to_node, NULL AS microseconds
  FROM meetings
  JOIN activity.users AS people
    ON people.user_id = meetings.user_id AND people.first_seen_date = meetings.event_date
  WHERE meetings.place = 1 AND meetings.event_date + $away_days <= CAST($last_day AS DATE)
),

-- Around an event: what the user did just before it, or just after it, in the days that count.
numbered AS (
  SELECT
    user_id, node, event_time, event_date,
    row_number() OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS place
  FROM log
  WHERE user_id IN (SELECT user_id FROM log WHERE list_contains($anchors, node))
),

anchors AS (
  SELECT user_id, node AS anchor, event_date, place
  FROM numbered
  WHERE list_contains($anchors, node)
),

-- Steps from -n to n; 0 is the anchor itself. A step whose days were not observed in full is none.
around AS (
  SELECT
    anchors.anchor, anchors.user_id, anchors.place AS anchor_place,
    numbered.place - anchors.place AS position, numbered.node, numbered.event_time,
    anchors.event_date >= $first_day
      AND anchors.event_date >= CAST($log_first_day AS DATE) + $window_days AS is_known_before,
    anchors.event_date + $window_days <= CAST($last_day AS DATE) AS is_known_after
  FROM anchors
  JOIN numbered
    ON numbered.user_id = anchors.user_id
    AND numbered.place BETWEEN anchors.place - $steps AND anchors.place + $steps
    AND numbered.event_date BETWEEN anchors.event_date - $window_days AND anchors.event_date + $window_days
),

linked AS (
  SELECT
    *,
    lag(node) OVER (PARTITION BY anchor, user_id, anchor_place ORDER BY position) AS before_node,
    lag(event_time) OVER (PARTITION BY anchor, user_id, anchor_place ORDER BY position) AS before_time,
    lead(node) OVER (PARTITION BY anchor, user_id, anchor_place ORDER BY position) AS next_node
  FROM around
),

moves AS (
  SELECT
    'within_session' AS scope, 'all' AS anchor, 0 AS position, user_id, from_node, to_node, microseconds
  FROM within_session
  UNION ALL
  SELECT
    'between_sessions' AS scope, 'all' AS anchor, 0 AS position, user_id, from_node, to_node, microseconds
  FROM between_sessions
  UNION ALL
  -- From position to the next; the start where nothing came before.
  SELECT
    'before_event' AS scope, anchor, position - 1 AS position, user_id,
    coalesce(before_node, 'start') AS from_node, node AS to_node,
    date_diff('microsecond', date_trunc('microsecond', before_time), date_trunc('microsecond', event_time))
      AS microseconds
  FROM linked
  WHERE is_known_before AND position BETWEEN 1 - $steps AND 0 AND list_contains($before, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position - 1 AS position, user_id, before_node AS from_node, node AS to_node,
    date_diff('microsecond', date_trunc('microsecond', before_time), date_trunc('microsecond', event_time))
      AS microseconds
  FROM linked
  WHERE is_known_after AND position >= 1 AND list_contains($after, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position, user_id, node AS from_node, 'end' AS to_node, NULL AS microseconds
  FROM linked
  WHERE is_known_after AND position BETWEEN 0 AND $steps - 1 AND next_node IS NULL
    AND list_contains($after, anchor)
),

roles AS (
  SELECT user_id, 'all' AS role FROM activity.users
  UNION ALL
  SELECT user_id, role FROM activity.users
),

times AS (
  SELECT
    scope, anchor, position, role, from_node, to_node,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) / 1000000 AS median_seconds
  FROM moves
  JOIN roles USING (user_id)
  WHERE microseconds IS NOT NULL
  GROUP BY scope, anchor, position, role, from_node, to_node
),

-- Moves of a user hang together, so that an interval rests on what differs between users.
of_user AS (
  SELECT scope, anchor, position, from_node, to_node, user_id, count(*) AS moves
  FROM moves
  GROUP BY scope, anchor, position, from_node, to_node, user_id
),

with_whole AS (
  SELECT
    *,
    sum(moves) OVER (PARTITION BY scope, anchor, position, from_node, user_id) AS left_moves
  FROM of_user
),

pairs AS (
  SELECT
    scope, anchor, position, role, from_node, to_node,
    sum(moves) AS transitions, count(*) AS users, sum(moves * moves) AS squares, sum(moves * left_moves) AS products
  FROM with_whole
  JOIN roles USING (user_id)
  GROUP BY scope, anchor, position, role, from_node, to_node
),

leavers AS (
  SELECT DISTINCT scope, anchor, position, from_node, user_id, left_moves FROM with_whole
),

origins AS (
  SELECT
    scope, anchor, position, role, from_node,
    sum(left_moves) AS from_transitions, count(*) AS from_users, sum(left_moves * left_moves) AS from_squares
  FROM leavers
  JOIN roles USING (user_id)
  GROUP BY scope, anchor, position, role, from_node
)

SELECT
  scope, -- within_session, between_sessions, before_event or after_event.
  anchor, -- The event around which steps are counted; `all` where there is none.
  position, -- Steps from the anchor: the move leads from this one to the next; 0 where there is no anchor.
  role, -- student, teacher or all.
  from_node, -- A feature, another event, or start.
  to_node, -- A feature, another event, or end.
  CAST(transitions AS BIGINT) AS transitions, -- How often.
  users, -- By how many users.
  CAST(from_transitions AS BIGINT) AS from_transitions, -- How often users left from_node.
  from_users, -- How many users left it.
  CAST(squares AS DOUBLE) AS squares, -- Sum over users of their moves, squared.
  CAST(products AS DOUBLE) AS products, -- Sum over users of their moves times all that left from_node.
  CAST(from_squares AS DOUBLE) AS from_squares, -- Sum over users of all that left from_node, squared.
  median_seconds -- Half of the moves took at most so long (s); null to an end and from a start.
FROM pairs
JOIN origins USING (scope, anchor, position, role, from_node)
LEFT JOIN times USING (scope, anchor, position, role, from_node, to_node)
