-- One row per funnel and user who tried it: how far the attempt that counts went, and when it took each step.
-- key: funnel_id, user_id
WITH
-- Every event of the first step (in any order: of any step) opens an attempt.
log AS (
  SELECT
    user_id, event_id, event_time, event_date, event_name, feature, platform, plan,
    lead(event_id) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS next_event_id
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day AND NOT is_bot
),

-- A definition has a row for each combination of values that a step or an exclusion allows.
matches AS (
  SELECT DISTINCT
    asked.funnel_id, asked.step_order, asked.steps, asked.window_seconds, asked.first_date,
    asked.step, asked.is_on_later_day, asked.exclusion, asked.from_step, asked.to_step,
    log.user_id, log.event_id, log.event_time, log.event_date, log.next_event_id
  FROM behaviour.funnel_definitions AS asked
  JOIN log
    ON (asked.event_name IS NULL OR log.event_name = asked.event_name)
    AND (asked.feature IS NULL OR log.feature = asked.feature)
    AND (asked.platform IS NULL OR log.platform = asked.platform)
    AND (asked.plan IS NULL OR log.plan = asked.plan)
),

steps AS (
  SELECT * FROM matches WHERE step IS NOT NULL
),

-- Ordered and strict: each step is the first event after the step before it that fits. An event stands in the
-- link that leads to it and in the one that leads on; one that must find a later day stands at its day's end.
links AS (
  SELECT
    funnel_id, user_id, step - 1 AS link, event_date, FALSE AS waits, event_time, event_id,
    FALSE AS is_origin, event_id AS found_id
  FROM steps
  UNION ALL
  SELECT
    origin.funnel_id, origin.user_id, origin.step AS link, origin.event_date,
    later.funnel_id IS NOT NULL AS waits, origin.event_time, origin.event_id,
    TRUE AS is_origin, NULL AS found_id
  FROM steps AS origin
  LEFT JOIN (
    SELECT DISTINCT funnel_id, step FROM behaviour.funnel_definitions WHERE is_on_later_day
  ) AS later
    ON later.funnel_id = origin.funnel_id AND later.step = origin.step + 1
),

followers AS (
  SELECT
    funnel_id, user_id, link, event_id, is_origin,
    first_value(found_id IGNORE NULLS) OVER (
      PARTITION BY funnel_id, user_id, link
      ORDER BY event_date, waits, event_time, event_id, is_origin
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS follower_id
  FROM links
),

-- Strict: the step is the user's very next event, of whatever kind.
chained AS (
  SELECT
    steps.*,
    CASE
      WHEN steps.step_order = 'ordered' OR followers.follower_id = steps.next_event_id
        THEN followers.follower_id
    END AS follower_id
  FROM steps
  JOIN followers
    ON followers.is_origin AND followers.funnel_id = steps.funnel_id AND followers.user_id = steps.user_id
    AND followers.link = steps.step AND followers.event_id = steps.event_id
  WHERE steps.step_order <> 'any'
),

paths AS (
  SELECT
    first.funnel_id, first.user_id, first.event_id AS attempt_id,
    second.event_id AS id_2, third.event_id AS id_3, fourth.event_id AS id_4, fifth.event_id AS id_5,
    sixth.event_id AS id_6, seventh.event_id AS id_7, eighth.event_id AS id_8
  FROM chained AS first
  LEFT JOIN chained AS second
    ON second.funnel_id = first.funnel_id AND second.step = 2 AND second.event_id = first.follower_id
  LEFT JOIN chained AS third
    ON third.funnel_id = first.funnel_id AND third.step = 3 AND third.event_id = second.follower_id
  LEFT JOIN chained AS fourth
    ON fourth.funnel_id = first.funnel_id AND fourth.step = 4 AND fourth.event_id = third.follower_id
  LEFT JOIN chained AS fifth
    ON fifth.funnel_id = first.funnel_id AND fifth.step = 5 AND fifth.event_id = fourth.follower_id
  LEFT JOIN chained AS sixth
    ON sixth.funnel_id = first.funnel_id AND sixth.step = 6 AND sixth.event_id = fifth.follower_id
  LEFT JOIN chained AS seventh
    ON seventh.funnel_id = first.funnel_id AND seventh.step = 7 AND seventh.event_id = sixth.follower_id
  LEFT JOIN chained AS eighth
    ON eighth.funnel_id = first.funnel_id AND eighth.step = 8 AND eighth.event_id = seventh.follower_id
  WHERE first.step = 1
),

in_order AS (
  SELECT paths.attempt_id, chained.*
  FROM paths
  JOIN chained
    ON chained.funnel_id = paths.funnel_id AND chained.user_id = paths.user_id
    AND chained.event_id = CASE chained.step
      WHEN 1 THEN attempt_id WHEN 2 THEN id_2 WHEN 3 THEN id_3 WHEN 4 THEN id_4
      WHEN 5 THEN id_5 WHEN 6 THEN id_6 WHEN 7 THEN id_7 ELSE id_8
    END
),

-- Any order: the first event of each step from the opening on, numbered as they came.
firsts AS (
  SELECT
    opening.funnel_id, opening.user_id, opening.event_id AS attempt_id, later.step,
    min({'time': later.event_time, 'id': later.event_id}) AS found
  FROM steps AS opening
  JOIN steps AS later
    ON later.funnel_id = opening.funnel_id AND later.user_id = opening.user_id
    AND (later.event_id = opening.event_id OR later.event_time > opening.event_time
      OR (later.event_time = opening.event_time AND later.event_id > opening.event_id))
  WHERE opening.step_order = 'any'
  GROUP BY opening.funnel_id, opening.user_id, opening.event_id, later.step
),

in_any_order AS (
  SELECT
    funnel_id, user_id, attempt_id, found,
    row_number() OVER (PARTITION BY funnel_id, user_id, attempt_id ORDER BY found) AS place
  FROM firsts
),

reached AS (
  SELECT funnel_id, user_id, attempt_id, step AS place, event_time, event_id FROM in_order
  UNION ALL
  SELECT funnel_id, user_id, attempt_id, place, found.time AS event_time, found.id AS event_id
  FROM in_any_order
),

-- The steps within the window of the first one, of attempts begun in the period that counts.
progress AS (
  SELECT
    reached.funnel_id, reached.user_id, reached.attempt_id, reached.place, reached.event_time,
    reached.event_id, opening.event_time AS begun_at, opening.steps, opening.window_seconds,
    opening.step_order
  FROM reached
  JOIN (
    SELECT DISTINCT
      funnel_id, user_id, event_id, event_time, event_date, first_date, steps, window_seconds, step_order
    FROM steps
    WHERE step = 1 OR step_order = 'any'
  ) AS opening
    ON opening.funnel_id = reached.funnel_id AND opening.user_id = reached.user_id
    AND opening.event_id = reached.attempt_id
  WHERE opening.event_date >= opening.first_date
    AND date_diff(
      'microsecond', date_trunc('microsecond', opening.event_time),
      date_trunc('microsecond', reached.event_time)
    ) <= opening.window_seconds * 1000000
),

-- An excluding event between two steps disqualifies; until the window ends, where the second is not reached.
disqualified AS (
  SELECT DISTINCT earlier.funnel_id, earlier.user_id, earlier.attempt_id
  FROM progress AS earlier
  JOIN matches AS bar
    ON bar.funnel_id = earlier.funnel_id AND bar.user_id = earlier.user_id AND bar.from_step = earlier.place
    AND (bar.event_time > earlier.event_time
      OR (bar.event_time = earlier.event_time AND bar.event_id > earlier.event_id))
    AND date_diff(
      'microsecond', date_trunc('microsecond', earlier.begun_at), date_trunc('microsecond', bar.event_time)
    ) <= earlier.window_seconds * 1000000
  LEFT JOIN progress AS later
    ON later.funnel_id = earlier.funnel_id AND later.user_id = earlier.user_id
    AND later.attempt_id = earlier.attempt_id AND later.place = bar.to_step
  WHERE later.event_id IS NULL OR bar.event_time < later.event_time
    OR (bar.event_time = later.event_time AND bar.event_id < later.event_id)
),

attempts AS (
  SELECT
    progress.funnel_id, progress.user_id, progress.attempt_id,
    max(disqualified.attempt_id) IS NOT NULL AS is_disqualified,
    min(begun_at) AS begun_at, max(steps) AS steps, max(place) AS furthest_step,
    -- It may go on while its window lasts; a strict one only while nothing followed.
    date_diff(
      'microsecond', date_trunc('microsecond', min(begun_at)), date_trunc('microsecond', $until)
    ) <= max(window_seconds) * 1000000
    AND (max(step_order) <> 'strict'
      OR max_by(log.next_event_id IS NULL, place)) AS may_go_on,
    max(CASE WHEN place = 1 THEN progress.event_time END) AS step_1_at,
    max(CASE WHEN place = 2 THEN progress.event_time END) AS step_2_at,
    max(CASE WHEN place = 3 THEN progress.event_time END) AS step_3_at,
    max(CASE WHEN place = 4 THEN progress.event_time END) AS step_4_at,
    max(CASE WHEN place = 5 THEN progress.event_time END) AS step_5_at,
    max(CASE WHEN place = 6 THEN progress.event_time END) AS step_6_at,
    max(CASE WHEN place = 7 THEN progress.event_time END) AS step_7_at,
    max(CASE WHEN place = 8 THEN progress.event_time END) AS step_8_at
  FROM progress
  JOIN log ON log.user_id = progress.user_id AND log.event_id = progress.event_id
  LEFT JOIN disqualified
    ON disqualified.funnel_id = progress.funnel_id AND disqualified.user_id = progress.user_id
    AND disqualified.attempt_id = progress.attempt_id
  GROUP BY progress.funnel_id, progress.user_id, progress.attempt_id
),

-- Of each user the first attempt of those that go furthest; disqualified ones count only where all are.
ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY funnel_id, user_id
      ORDER BY is_disqualified, furthest_step DESC, begun_at, attempt_id
    ) AS choice,
    max(CASE WHEN may_go_on AND NOT is_disqualified THEN 1 ELSE 0 END) OVER (
      PARTITION BY funnel_id, user_id
    ) = 1 AS has_open
  FROM attempts
)

SELECT
  funnel_id, -- Funnel.
  user_id, -- The person.
  CASE WHEN is_disqualified THEN 0 ELSE furthest_step END AS furthest_step, -- Last step of the attempt that counts; 0 where all are disqualified.
  CASE
    WHEN is_disqualified THEN 'excluded' WHEN furthest_step = steps THEN 'converted'
    WHEN has_open THEN 'open' ELSE 'dropped'
  END AS state, -- converted, dropped, open (an attempt may yet go on) or excluded (all are disqualified).
  CASE WHEN NOT is_disqualified THEN step_1_at END AS step_1_at, -- First step (UTC).
  CASE WHEN NOT is_disqualified THEN step_2_at END AS step_2_at, -- Second step (UTC); null where not reached.
  CASE WHEN NOT is_disqualified THEN step_3_at END AS step_3_at, -- Third step (UTC).
  CASE WHEN NOT is_disqualified THEN step_4_at END AS step_4_at, -- Fourth step (UTC).
  CASE WHEN NOT is_disqualified THEN step_5_at END AS step_5_at, -- Fifth step (UTC).
  CASE WHEN NOT is_disqualified THEN step_6_at END AS step_6_at, -- Sixth step (UTC).
  CASE WHEN NOT is_disqualified THEN step_7_at END AS step_7_at, -- Seventh step (UTC).
  CASE WHEN NOT is_disqualified THEN step_8_at END AS step_8_at -- Eighth step (UTC).
FROM ranked
WHERE choice = 1
