-- One row per scope, anchor, position, role and pair of nodes: how often users went from the one to the other.
-- key: scope, anchor, position, role, from_node, to_node
WITH
log AS (
  SELECT
    user_id, session_id, event_time, event_id, event_date,
    -- Cut once an event, for engines that keep zones take long over it.
    date_diff('microsecond', date_trunc('microsecond', $origin), date_trunc('microsecond', event_time))
      AS microsecond,
    CASE WHEN event_name = 'feature_used' THEN feature ELSE event_name END AS node
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - $window_days AND $last_day
    AND NOT is_bot AND event_name <> 'rated'
),

-- Within a session: from its start through every node to its end. Billing has no session.
visited AS (
  SELECT
    user_id, node, microsecond,
    lag(node) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS before_node,
    lead(node) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id) AS next_node,
    lead(microsecond) OVER (PARTITION BY user_id, event_date, session_id ORDER BY event_time, event_id)
      AS next_microsecond
  FROM log
  WHERE event_date >= $first_day AND session_id IS NOT NULL
),

within_session AS (
  SELECT
    user_id, node AS from_node, coalesce(next_node, 'end') AS to_node,
    next_microsecond - microsecond AS microseconds
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
    user_id, node, microsecond, event_date,
    row_number() OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS place,
    lag(node) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS before_node,
    lag(microsecond) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS before_microsecond,
    lag(event_date) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS before_date,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS next_date
  FROM log
  WHERE user_id IN (SELECT user_id FROM log WHERE list_contains($anchors, node))
),

offsets AS (
  SELECT digit AS position
  FROM (
    VALUES (-7), (-6), (-5), (-4), (-3), (-2), (-1), (0), (1), (2), (3), (4), (5), (6), (7), (8)
  ) AS d (digit)
  WHERE digit BETWEEN 1 - $steps AND $steps
),

-- Position 0 is the anchor itself. A step whose days were not observed in full is none.
around AS (
  SELECT
    anchors.node AS anchor, anchors.user_id, offsets.position, near.node, near.microsecond,
    CASE WHEN near.before_date >= anchors.event_date - $window_days THEN near.before_node END AS before_node,
    CASE WHEN near.before_date >= anchors.event_date - $window_days THEN near.before_microsecond
    END AS before_microsecond,
    coalesce(near.next_date <= anchors.event_date + $window_days, FALSE) AS has_next,
    anchors.event_date >= $first_day
      AND anchors.event_date >= CAST($log_first_day AS DATE) + $window_days AS is_known_before,
    anchors.event_date + $window_days <= CAST($last_day AS DATE) AS is_known_after
  FROM numbered AS anchors
  CROSS JOIN offsets
  JOIN numbered AS near
    ON near.user_id = anchors.user_id AND near.place = anchors.place + offsets.position
    AND near.event_date BETWEEN anchors.event_date - $window_days AND anchors.event_date + $window_days
  WHERE list_contains($anchors, anchors.node)
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
    microsecond - before_microsecond AS microseconds
  FROM around
  WHERE is_known_before AND position BETWEEN 1 - $steps AND 0 AND list_contains($before, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position - 1 AS position, user_id, before_node AS from_node, node AS to_node,
    microsecond - before_microsecond AS microseconds
  FROM around
  WHERE is_known_after AND position >= 1 AND list_contains($after, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position, user_id, node AS from_node, 'end' AS to_node, NULL AS microseconds
  FROM around
  WHERE is_known_after AND position BETWEEN 0 AND $steps - 1 AND NOT has_next
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
-- A probability is of going on to a node, but before an event of having come from one.
of_user AS (
  SELECT
    scope, anchor, position, from_node, to_node, user_id,
    CASE WHEN scope = 'before_event' THEN to_node ELSE from_node END AS base_node, count(*) AS moves
  FROM moves
  GROUP BY scope, anchor, position, from_node, to_node, user_id
),

base_of_user AS (
  SELECT scope, anchor, position, base_node, user_id, sum(moves) AS base_moves
  FROM of_user
  GROUP BY scope, anchor, position, base_node, user_id
),

pairs AS (
  SELECT
    scope, anchor, position, role, from_node, to_node, base_node,
    sum(moves) AS transitions, count(*) AS users, sum(moves * moves) AS squares,
    sum(moves * base_moves) AS products
  FROM of_user
  JOIN base_of_user USING (scope, anchor, position, base_node, user_id)
  JOIN roles USING (user_id)
  GROUP BY scope, anchor, position, role, from_node, to_node, base_node
),

bases AS (
  SELECT
    scope, anchor, position, role, base_node,
    sum(base_moves) AS base_transitions, count(*) AS base_users, sum(base_moves * base_moves) AS base_squares
  FROM base_of_user
  JOIN roles USING (user_id)
  GROUP BY scope, anchor, position, role, base_node
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
  CAST(base_transitions AS BIGINT) AS base_transitions, -- How often users left from_node; before an event: came to to_node.
  base_users, -- How many users did.
  CAST(squares AS DOUBLE) AS squares, -- Sum over users of their moves, squared.
  CAST(products AS DOUBLE) AS products, -- Sum over users of their moves times all of the base.
  CAST(base_squares AS DOUBLE) AS base_squares, -- Sum over users of all their moves of the base, squared.
  median_seconds -- Half of the moves took at most so long (s); null to an end and from a start.
FROM pairs
JOIN bases USING (scope, anchor, position, role, base_node)
LEFT JOIN times USING (scope, anchor, position, role, from_node, to_node)
