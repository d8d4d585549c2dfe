-- One row per segment, window and number of days: on how many days of the last 7 or 28 users were active, and
-- in the window of that length that ended 28 days earlier. Segments as in lifecycle_daily.
-- key: dimension, segment, window_days, active_days
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

windows AS (
  SELECT window_days FROM (VALUES (7), (28)) AS w (window_days)
),

grid AS (
  SELECT window_days, ones.digit + 10 * tens.digit AS active_days
  FROM windows
  CROSS JOIN digits AS ones
  CROSS JOIN digits AS tens
  WHERE ones.digit + 10 * tens.digit BETWEEN 1 AND window_days
),

log AS (
  SELECT min(event_date) AS start_date, max(event_date) AS as_of_date FROM activity.user_days
),

people AS (
  SELECT
    user_id,
    min_by(role, event_date) AS role,
    min_by(country, event_date) AS country,
    min_by(coalesce(acquisition_channel, 'unknown'), event_date) AS channel,
    min(event_date) AS first_date,
    count(*) FILTER (WHERE event_date > as_of_date - 7) AS days_7,
    count(*) FILTER (WHERE event_date > as_of_date - 28) AS days_28,
    count(*) FILTER (WHERE event_date > as_of_date - 35 AND event_date <= as_of_date - 28) AS previous_days_7,
    count(*) FILTER (WHERE event_date > as_of_date - 56 AND event_date <= as_of_date - 28) AS previous_days_28
  FROM activity.user_days
  CROSS JOIN log
  WHERE is_active
  GROUP BY user_id
),

-- A window of each user and what is counted in it; established: seen by its first day, so able to fill it.
windowed AS (
  SELECT
    role, country, channel, 7 AS window_days, days_7 AS active_days, 1 AS users,
    CASE WHEN first_date <= as_of_date - 6 THEN 1 ELSE 0 END AS established_users,
    0 AS previous_established_users
  FROM people
  CROSS JOIN log
  WHERE days_7 > 0
  UNION ALL
  SELECT
    role, country, channel, 28 AS window_days, days_28 AS active_days, 1 AS users,
    CASE WHEN first_date <= as_of_date - 27 THEN 1 ELSE 0 END AS established_users,
    0 AS previous_established_users
  FROM people
  CROSS JOIN log
  WHERE days_28 > 0
  UNION ALL
  SELECT
    role, country, channel, 7 AS window_days, previous_days_7 AS active_days, 0 AS users,
    0 AS established_users, 1 AS previous_established_users
  FROM people
  CROSS JOIN log
  WHERE previous_days_7 > 0 AND first_date <= as_of_date - 34
  UNION ALL
  SELECT
    role, country, channel, 28 AS window_days, previous_days_28 AS active_days, 0 AS users,
    0 AS established_users, 1 AS previous_established_users
  FROM people
  CROSS JOIN log
  WHERE previous_days_28 > 0 AND first_date <= as_of_date - 55
),

profiles AS (
  SELECT DISTINCT role, country, channel FROM people
),

memberships AS (
  SELECT role, country, channel, 'overall' AS dimension, 'all' AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, 'role' AS dimension, role AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, 'country' AS dimension, country AS segment FROM profiles
  UNION ALL
  SELECT role, country, channel, 'acquisition_channel' AS dimension, channel AS segment FROM profiles
),

sums AS (
  SELECT
    role, country, channel, window_days, active_days,
    sum(users) AS users,
    sum(established_users) AS established_users,
    sum(previous_established_users) AS previous_established_users
  FROM windowed
  GROUP BY role, country, channel, window_days, active_days
),

counts AS (
  SELECT
    dimension, segment, window_days, active_days,
    sum(users) AS users,
    sum(established_users) AS established_users,
    sum(previous_established_users) AS previous_established_users
  FROM sums
  JOIN memberships USING (role, country, channel)
  GROUP BY dimension, segment, window_days, active_days
),

cells AS (
  SELECT
    dimension, segment, window_days, active_days,
    coalesce(users, 0) AS users,
    coalesce(established_users, 0) AS established_users,
    -- The earlier window is known where the log reaches back to its first day.
    CASE
      WHEN start_date <= as_of_date - 27 - window_days THEN coalesce(previous_established_users, 0)
    END AS previous_established_users,
    as_of_date
  FROM (SELECT DISTINCT dimension, segment FROM memberships) AS segments
  CROSS JOIN grid
  CROSS JOIN log
  LEFT JOIN counts USING (dimension, segment, window_days, active_days)
),

totals AS (
  SELECT
    dimension, segment, window_days, active_days, users, established_users, previous_established_users,
    as_of_date,
    sum(users) OVER (PARTITION BY dimension, segment, window_days) AS all_users,
    sum(established_users) OVER (PARTITION BY dimension, segment, window_days) AS all_established,
    sum(previous_established_users) OVER (PARTITION BY dimension, segment, window_days) AS all_previous
  FROM cells
)

SELECT
  dimension, -- What the users are divided by: overall, role, country or acquisition_channel.
  segment, -- Value on a user's first active day; `all` for overall, `unknown` without a channel.
  CAST(window_days AS BIGINT) AS window_days, -- Days of the window: 7 or 28.
  CAST(active_days AS BIGINT) AS active_days, -- Days of it on which a user was active.
  CAST(users AS BIGINT) AS users, -- Users active on so many days; their sum is WAU or MAU.
  users / nullif(all_users, 0) AS share, -- Of all active in the window, newcomers too.
  CAST(established_users AS BIGINT) AS established_users, -- Of users, those seen by the window's first day.
  established_users / nullif(all_established, 0) AS established_share, -- Of all such users.
  CAST(previous_established_users AS BIGINT)
    AS previous_established_users, -- The same 28 days earlier; null where the log began within that window.
  previous_established_users / nullif(all_previous, 0) AS previous_established_share, -- Of all then.
  as_of_date -- Last reporting day, with which the window ends.
FROM totals
