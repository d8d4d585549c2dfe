-- One row per session of a person on a reporting day; midnight ends a session, bots are left out.
-- key: event_date, user_id, session_id
WITH
grouped AS (
  SELECT
    event_date,
    user_id,
    session_id,
    min(event_time) AS started_at,
    max(event_time) AS ended_at,
    count(*) FILTER (WHERE event_name = 'feature_used') AS events,
    sum(engagement_seconds) AS engagement_seconds,
    -- A bit for each feature: counting distinct values would double the cost of the whole table.
    bit_or(CASE feature
      WHEN 'summarize' THEN 1 WHEN 'quiz' THEN 2 WHEN 'explain' THEN 4
      WHEN 'flashcards' THEN 8 WHEN 'chat' THEN 16 ELSE 32
    END) FILTER (WHERE event_name = 'feature_used') AS features,
    count(llm_rating) AS ratings,
    sum(llm_rating) AS rating_sum,
    count(*) FILTER (WHERE platform = 'android') AS android,
    count(*) FILTER (WHERE platform = 'ios') AS ios,
    count(*) FILTER (WHERE platform = 'other') AS other,
    count(*) FILTER (WHERE platform = 'web') AS web,
    min_by(feature, {'time': event_time, 'id': event_id})
      FILTER (WHERE event_name = 'feature_used') AS entry_feature,
    max_by(feature, {'time': event_time, 'id': event_id})
      FILTER (WHERE event_name = 'feature_used') AS exit_feature
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day AND NOT is_bot AND session_id IS NOT NULL
  GROUP BY event_date, user_id, session_id
)

SELECT
  user_id, -- The person.
  session_id, -- The session; with its day and person it names the row.
  started_at, -- First event (UTC).
  ended_at, -- Last event (UTC).
  date_diff(
    'second', date_trunc('second', started_at), date_trunc('second', ended_at)
  ) AS duration_seconds, -- From the first event to the last, in whole seconds of the clock (s).
  events, -- Feature uses.
  coalesce(engagement_seconds, 0) AS engagement_seconds, -- Attention given (s).
  CAST(coalesce(bit_count(features), 0) AS BIGINT) AS features, -- Distinct features used.
  ratings, -- Answers rated.
  CAST(coalesce(rating_sum, 0) AS BIGINT) AS rating_sum, -- Stars given in all.
  CASE greatest(android, ios, other, web)
    WHEN android THEN 'android' WHEN ios THEN 'ios' WHEN other THEN 'other' ELSE 'web'
  END AS platform, -- Client of most events, ties alphabetical.
  entry_feature, -- First feature used; null without any.
  exit_feature, -- Last feature used; null without any.
  event_date -- Reporting day.
FROM grouped
