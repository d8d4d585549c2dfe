-- `lifecycle_daily` in ClickHouse: a user's days as one array.
WITH
people AS (
  SELECT
    argMin(role, event_date) AS role, argMin(country, event_date) AS country,
    argMin(coalesce(acquisition_channel, 'unknown'), event_date) AS channel,
    arraySort(groupArray(toInt32(event_date))) AS days
  FROM activity.user_days
  WHERE is_active AND event_date <= {last_day:Date}
  GROUP BY user_id
),
arrived AS (
  SELECT
    role, country, channel, days[i] AS day,
    if(i > 1, days[i] - days[i - 1], 99) AS gap,
    if(i > 2, days[i - 1] - days[i - 2], 99) AS previous_gap,
    if(i < length(days), days[i + 1] - days[i], 99) AS next_gap,
    multiIf(i = 1, 'new', gap < 7, 'current', gap < 28, 'reactivated', 'resurrected') AS state,
    multiIf(
      i = 1, 'unseen', gap > 28, 'dormant', gap > 7, 'at_risk_mau', gap > 1, 'at_risk_wau', i = 2, 'new',
      previous_gap < 7, 'current', previous_gap < 28, 'reactivated', 'resurrected'
    ) AS previous_state
  FROM people
  ARRAY JOIN arrayEnumerate(days) AS i
),
arrivals AS (
  SELECT
    role, country, channel, day, previous_state, state, toInt64(count()) AS users,
    toInt64(countIf(next_gap > 1)) AS away_1d, toInt64(countIf(next_gap > 7)) AS away_7d,
    toInt64(countIf(next_gap > 28)) AS away_28d
  FROM arrived
  GROUP BY role, country, channel, day, previous_state, state
),
dated AS (
  SELECT
    role, country, channel, day + change.1 AS change_day, change.2 AS before, change.3 AS after,
    sum(change.4) AS moved
  FROM arrivals
  ARRAY JOIN
    [(0, previous_state, state, users), (1, state, 'at_risk_wau', away_1d),
     (7, 'at_risk_wau', 'at_risk_mau', away_7d), (28, 'at_risk_mau', 'dormant', away_28d)] AS change
  GROUP BY role, country, channel, change_day, before, after
  HAVING change_day <= toInt32({last_day:Date})
),
changes AS (
  SELECT
    member.1 AS dimension, member.2 AS segment, toInt64(change_day) AS day, before AS previous_state,
    after AS state, sum(moved) AS users
  FROM dated
  ARRAY JOIN
    [('overall', 'all'), ('role', role), ('country', country), ('acquisition_channel', channel)] AS member
  GROUP BY dimension, segment, day, previous_state, state
),
segments AS (SELECT dimension, segment, min(day) AS first_day FROM changes GROUP BY dimension, segment),
segment_days AS (
  SELECT dimension, segment, toInt64(each) AS day
  FROM segments
  ARRAY JOIN range(first_day, toInt32({last_day:Date}) + 1) AS each
),
grid AS (
  SELECT dimension, segment, day, move.1 AS previous_state, move.2 AS state
  FROM segment_days
  ARRAY JOIN
    [('unseen', 'new'), ('new', 'current'), ('new', 'at_risk_wau'), ('current', 'current'),
     ('current', 'at_risk_wau'), ('reactivated', 'current'), ('reactivated', 'at_risk_wau'),
     ('resurrected', 'current'), ('resurrected', 'at_risk_wau'), ('at_risk_wau', 'current'),
     ('at_risk_wau', 'reactivated'), ('at_risk_wau', 'at_risk_wau'), ('at_risk_wau', 'at_risk_mau'),
     ('at_risk_mau', 'reactivated'), ('at_risk_mau', 'resurrected'), ('at_risk_mau', 'at_risk_mau'),
     ('at_risk_mau', 'dormant'), ('dormant', 'resurrected'), ('dormant', 'dormant')] AS move
),
steps AS (
  SELECT
    dimension, segment, day, side.1 AS stage, sum(side.2) AS gained, sum(side.2 - side.3) AS net
  FROM changes
  ARRAY JOIN [(state, users, toInt64(0)), (previous_state, toInt64(0), users)] AS side
  GROUP BY dimension, segment, day, stage
),
stays AS (
  SELECT
    grid.dimension AS dimension, grid.segment AS segment, grid.day AS day, previous_state, state,
    sum(net) OVER (PARTITION BY grid.dimension, grid.segment, state ORDER BY grid.day) - gained AS stayed
  FROM grid
  LEFT JOIN steps
    ON steps.dimension = grid.dimension AND steps.segment = grid.segment AND steps.day = grid.day
    AND steps.stage = grid.state
  WHERE previous_state = state AND state <> 'current'
),
counts AS (
  SELECT
    dimension, segment, day, previous_state, state, changes.users + stays.stayed AS users
  FROM grid
  LEFT JOIN changes USING (dimension, segment, day, previous_state, state)
  LEFT JOIN stays USING (dimension, segment, day, previous_state, state)
)
SELECT
  dimension, segment, previous_state, state, users,
  if(previous_state = 'unseen', NULL, sum(users) OVER (PARTITION BY dimension, segment, day, previous_state))
    AS previous_users,
  users / nullIf(previous_users, 0) AS transition_rate,
  toDate(day) AS event_date
FROM counts
