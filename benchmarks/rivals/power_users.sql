-- Users and established users of `power_users` in ClickHouse, now and 28 days earlier.
WITH
people AS (
  SELECT
    argMin(role, event_date) AS role, argMin(country, event_date) AS country,
    argMin(coalesce(acquisition_channel, 'unknown'), event_date) AS channel, min(event_date) AS first_date,
    groupArray(event_date) AS days
  FROM activity.user_days
  WHERE is_active
  GROUP BY user_id
),
windows AS (
  SELECT
    role, country, channel, span.1 AS window_days, span.2 AS ago,
    arrayCount(
      d -> d <= {last_day:Date} - span.2 AND d > {last_day:Date} - span.2 - span.1, days
    ) AS active_days,
    first_date <= {last_day:Date} - ago - window_days + 1 AS is_established
  FROM people
  ARRAY JOIN [(7, 0), (7, 28), (28, 0), (28, 28)] AS span
)
SELECT
  member.1 AS dimension, member.2 AS segment, window_days, ago, active_days,
  count() AS users, countIf(is_established) AS established_users
FROM windows
ARRAY JOIN
  [('overall', 'all'), ('role', role), ('country', country), ('acquisition_channel', channel)] AS member
WHERE active_days > 0
GROUP BY dimension, segment, window_days, ago, active_days
