-- One row per reporting day, segment seen so far and transition that can be: users by their state on the eve
-- and on the day; dimension: overall, role, country or acquisition_channel of a user's first active day.
-- key: event_date, dimension, segment, previous_state, state
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

transitions AS (
  SELECT previous_state, state
  FROM (VALUES
    ('unseen', 'new'),
    ('new', 'current'), ('new', 'at_risk_wau'),
    ('current', 'current'), ('current', 'at_risk_wau'),
    ('reactivated', 'current'), ('reactivated', 'at_risk_wau'),
    ('resurrected', 'current'), ('resurrected', 'at_risk_wau'),
    ('at_risk_wau', 'current'), ('at_risk_wau', 'reactivated'),
    ('at_risk_wau', 'at_risk_wau'), ('at_risk_wau', 'at_risk_mau'),
    ('at_risk_mau', 'reactivated'), ('at_risk_mau', 'resurrected'),
    ('at_risk_mau', 'at_risk_mau'), ('at_risk_mau', 'dormant'),
    ('dormant', 'resurrected'), ('dormant', 'dormant')
  ) AS t (previous_state, state)
),

-- Everyone seen, with the profile of the first active day: a user who changed segments would have to leave
-- one state without entering another, and no segment would add up.
people AS (
  SELECT
    user_id,
    min_by(role, event_date) AS role,
    min_by(country, event_date) AS country,
    min_by(coalesce(acquisition_channel, 'unknown'), event_date) AS channel,
    min(event_date) AS first_date,
    max(event_date) FILTER (WHERE event_date < CAST($first_day AS DATE)) AS last_date,
    max(event_date) FILTER (WHERE event_date < CAST($first_day AS DATE) - 1) AS earlier_date
  FROM activity.user_days
  WHERE is_active AND event_date <= $last_day
  GROUP BY user_id
),

-- The visits of the window, and before them each user's last one with the state on the window's eve.
visits AS (
  SELECT
    user_id,
    last_date AS visit_date,
    CASE
      WHEN last_date < CAST($first_day AS DATE) - 28 THEN 'dormant'
      WHEN last_date < CAST($first_day AS DATE) - 7 THEN 'at_risk_mau'
      WHEN last_date < CAST($first_day AS DATE) - 1 THEN 'at_risk_wau'
      WHEN earlier_date IS NULL THEN 'new'
      WHEN earlier_date > CAST($first_day AS DATE) - 8 THEN 'current'
      WHEN earlier_date > CAST($first_day AS DATE) - 29 THEN 'reactivated'
      ELSE 'resurrected'
    END AS eve_state
  FROM people
  WHERE last_date IS NOT NULL
  UNION ALL
  SELECT user_id, event_date AS visit_date, NULL AS eve_state
  FROM activity.user_days
  WHERE is_active AND event_date BETWEEN $first_day AND $last_day
),

neighbours AS (
  SELECT
    user_id, visit_date, eve_state,
    lag(eve_state) OVER (PARTITION BY user_id ORDER BY visit_date) AS previous_eve_state,
    lag(visit_date) OVER (PARTITION BY user_id ORDER BY visit_date) AS previous_date,
    lag(visit_date, 2) OVER (PARTITION BY user_id ORDER BY visit_date) AS earlier_date,
    lead(visit_date) OVER (PARTITION BY user_id ORDER BY visit_date) AS next_date
  FROM visits
),

gaps AS (
  SELECT
    user_id, visit_date, eve_state, previous_eve_state,
    date_diff('day', previous_date, visit_date) AS gap,
    date_diff('day', earlier_date, previous_date) AS previous_gap,
    coalesce(date_diff('day', visit_date, next_date), 29) AS next_gap
  FROM neighbours
),

-- What a visit made of its user, and how many of such users stayed away for so long after it.
arrivals AS (
  SELECT
    role, country, channel, visit_date,
    CASE
      WHEN eve_state IS NOT NULL THEN NULL
      WHEN gap IS NULL THEN 'unseen'
      WHEN gap > 28 THEN 'dormant'
      WHEN gap > 7 THEN 'at_risk_mau'
      WHEN gap > 1 THEN 'at_risk_wau'
      WHEN previous_eve_state IS NOT NULL THEN previous_eve_state
      WHEN previous_gap IS NULL THEN 'new'
      WHEN previous_gap < 7 THEN 'current'
      WHEN previous_gap < 28 THEN 'reactivated'
      ELSE 'resurrected'
    END AS previous_state,
    CASE
      WHEN eve_state IS NOT NULL THEN eve_state
      WHEN gap IS NULL THEN 'new'
      WHEN gap < 7 THEN 'current'
      WHEN gap < 28 THEN 'reactivated'
      ELSE 'resurrected'
    END AS state,
    count(*) AS users,
    count(*) FILTER (WHERE next_gap > 1) AS away_1d,
    count(*) FILTER (WHERE next_gap > 7) AS away_7d,
    count(*) FILTER (WHERE next_gap > 28) AS away_28d
  FROM gaps
  JOIN people USING (user_id)
  GROUP BY 1, 2, 3, 4, 5, 6
),

-- Every change of state on its day; who stays away moves on by the calendar alone.
changes AS (
  SELECT role, country, channel, visit_date AS event_date, previous_state, state, users
  FROM arrivals
  WHERE previous_state IS NOT NULL
  UNION ALL
  SELECT
    role, country, channel, visit_date + 1 AS event_date, state AS previous_state, 'at_risk_wau' AS state,
    away_1d AS users
  FROM arrivals
  UNION ALL
  SELECT
    role, country, channel, visit_date + 7 AS event_date, 'at_risk_wau' AS previous_state,
    'at_risk_mau' AS state, away_7d AS users
  FROM arrivals
  UNION ALL
  SELECT
    role, country, channel, visit_date + 28 AS event_date, 'at_risk_mau' AS previous_state,
    'dormant' AS state, away_28d AS users
  FROM arrivals
),

profiles AS (
  SELECT role, country, channel, min(first_date) AS first_date FROM people GROUP BY role, country, channel
),

memberships AS (
  SELECT role, country, channel, first_date, 'overall' AS dimension, 'all' AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, first_date, 'role' AS dimension, role AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, first_date, 'country' AS dimension, country AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, first_date, 'acquisition_channel' AS dimension, channel AS segment
  FROM profiles
),

segments AS (
  SELECT dimension, segment, min(first_date) AS first_date FROM memberships GROUP BY dimension, segment
),

moves AS (
  SELECT event_date, dimension, segment, previous_state, state, sum(users) AS users
  FROM changes
  JOIN memberships USING (role, country, channel)
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension, segment, previous_state, state
),

-- What each move gives one state and takes from another; at first, who is in each on the eve.
steps AS (
  SELECT event_date, dimension, segment, state, users AS gained, 0 AS lost, 0 AS standing FROM moves
  UNION ALL
  SELECT event_date, dimension, segment, previous_state AS state, 0 AS gained, users AS lost, 0 AS standing
  FROM moves
  UNION ALL
  SELECT
    CAST($first_day AS DATE) AS event_date, dimension, segment, state, 0 AS gained, 0 AS lost,
    users AS standing
  FROM arrivals
  JOIN memberships USING (role, country, channel)
  WHERE previous_state IS NULL
),

daily_steps AS (
  SELECT event_date, dimension, segment, state, sum(gained) AS gained, sum(standing + gained - lost) AS net
  FROM steps
  WHERE state IN ('at_risk_wau', 'at_risk_mau', 'dormant')
  GROUP BY event_date, dimension, segment, state
),

grid AS (
  SELECT days.event_date, segments.dimension, segments.segment, transitions.previous_state, transitions.state
  FROM days
  JOIN segments ON segments.first_date <= days.event_date
  CROSS JOIN transitions
),

-- Who stays in a state of absence: all who are in it by a running sum, less those who entered that day.
stays AS (
  SELECT
    event_date, dimension, segment, previous_state, state,
    sum(coalesce(net, 0)) OVER (PARTITION BY dimension, segment, state ORDER BY event_date)
      - coalesce(gained, 0) AS stayed
  FROM grid
  LEFT JOIN daily_steps USING (event_date, dimension, segment, state)
  WHERE previous_state = state AND state IN ('at_risk_wau', 'at_risk_mau', 'dormant')
),

counts AS (
  SELECT
    event_date, dimension, segment, previous_state, state,
    CAST(coalesce(users, stayed, 0) AS BIGINT) AS users
  FROM grid
  LEFT JOIN moves USING (event_date, dimension, segment, previous_state, state)
  LEFT JOIN stays USING (event_date, dimension, segment, previous_state, state)
),

totals AS (
  SELECT
    event_date, dimension, segment, previous_state, state, users,
    CASE
      WHEN previous_state <> 'unseen'
        THEN sum(users) OVER (PARTITION BY event_date, dimension, segment, previous_state)
    END AS previous_users
  FROM counts
)

SELECT
  dimension, -- What the users are divided by: overall, role, country or acquisition_channel.
  segment, -- Value on a user's first active day; `all` for overall, `unknown` without a channel.
  previous_state, -- State on the eve; `unseen` for those first seen on this day.
  state, -- State: new, current, reactivated, resurrected, at_risk_wau, at_risk_mau or dormant.
  users, -- Users in previous_state on the eve and in state on the day.
  CAST(previous_users AS BIGINT) AS previous_users, -- Users in previous_state on the eve; null for `unseen`.
  users / nullif(previous_users, 0) AS transition_rate, -- Share of previous_users; null of none.
  event_date -- Reporting day.
FROM totals
