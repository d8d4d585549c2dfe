-- One row per move of a user between sessions, or around an event.
-- key: scope, anchor, position, user_id
WITH
log AS (
  SELECT
    user_id, event_time, event_id, event_date,
    CASE WHEN event_name = 'feature_used' THEN feature ELSE event_name END AS node
  FROM activity.events
  WHERE event_date BETWEEN CAST($first_day AS DATE) - $window_days AND $last_day
    AND NOT is_bot AND event_name <> 'rated'
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
    row_number() OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS place,
    lag(node) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS before_node,
    lag(event_time) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS before_time,
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
    anchors.node AS anchor, anchors.user_id, offsets.position, near.node, near.event_time,
    CASE WHEN near.before_date >= anchors.event_date - $window_days THEN near.before_node END AS before_node,
    CASE WHEN near.before_date >= anchors.event_date - $window_days THEN near.before_time END AS before_time,
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
  SELECT 'between_sessions' AS scope, 'all' AS anchor, 0 AS position, user_id, from_node, to_node, microseconds
  FROM between_sessions
  UNION ALL
  -- From position to the next; the start where nothing came before.
  SELECT
    'before_event' AS scope, anchor, position - 1 AS position, user_id,
    coalesce(before_node, 'start') AS from_node, node AS to_node,
    date_diff('microsecond', date_trunc('microsecond', before_time), date_trunc('microsecond', event_time))
      AS microseconds
  FROM around
  WHERE is_known_before AND position BETWEEN 1 - $steps AND 0 AND list_contains($before, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position - 1 AS position, user_id, before_node AS from_node, node AS to_node,
    date_diff('microsecond', date_trunc('microsecond', before_time), date_trunc('microsecond', event_time))
      AS microseconds
  FROM around
  WHERE is_known_after AND position >= 1 AND list_contains($after, anchor)
  UNION ALL
  SELECT
    'after_event' AS scope, anchor, position, user_id, node AS from_node, 'end' AS to_node, NULL AS microseconds
  FROM around
  WHERE is_known_after AND position BETWEEN 0 AND $steps - 1 AND NOT has_next
    AND list_contains($after, anchor)
)

SELECT
  scope, -- between_sessions, before_event or after_event.
  anchor, -- The event around which steps are counted; `all` where there is none.
  position, -- Steps from the anchor: the move leads from this one to the next; 0 where there is no anchor.
  user_id, -- The person.
  from_node, -- A feature, another event, or start.
  to_node, -- A feature, another event, or end.
  microseconds -- How long the move took; null to an end and from a start.
FROM moves
