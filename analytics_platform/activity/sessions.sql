-- One row per session of a person and reporting day; a session never crosses midnight, bots are left out.
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
    coalesce(sum(engagement_seconds), 0) AS engagement_seconds,
    count(llm_rating) AS ratings,
    CAST(coalesce(sum(llm_rating), 0) AS BIGINT) AS rating_sum,
    count(*) FILTER (WHERE platform = 'android') AS android,
    count(*) FILTER (WHERE platform = 'ios') AS ios,
    count(*) FILTER (WHERE platform = 'other') AS other,
    count(*) FILTER (WHERE platform = 'web') AS web,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'chat') AS first_chat,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'explain') AS first_explain,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'flashcards') AS first_flashcards,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'other') AS first_other,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'quiz') AS first_quiz,
    min(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'summarize') AS first_summarize,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'chat') AS last_chat,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'explain') AS last_explain,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'flashcards') AS last_flashcards,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'other') AS last_other,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'quiz') AS last_quiz,
    max(event_time) FILTER (WHERE event_name = 'feature_used' AND feature = 'summarize') AS last_summarize
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day AND NOT is_bot AND session_id IS NOT NULL
  GROUP BY event_date, user_id, session_id
)

SELECT
  user_id, -- The person.
  session_id, -- The session; names a row together with its day and person.
  started_at, -- First event (UTC).
  ended_at, -- Last event (UTC).
  date_diff(
    'second', date_trunc('second', started_at), date_trunc('second', ended_at)
  ) AS duration_seconds, -- From the first to the last event, by whole seconds of the clock (s).
  events, -- Feature uses.
  engagement_seconds, -- Attention given (s).
  CAST(
    CASE WHEN first_chat IS NULL THEN 0 ELSE 1 END
    + CASE WHEN first_explain IS NULL THEN 0 ELSE 1 END
    + CASE WHEN first_flashcards IS NULL THEN 0 ELSE 1 END
    + CASE WHEN first_other IS NULL THEN 0 ELSE 1 END
    + CASE WHEN first_quiz IS NULL THEN 0 ELSE 1 END
    + CASE WHEN first_summarize IS NULL THEN 0 ELSE 1 END AS BIGINT
  ) AS features, -- Distinct features used.
  ratings, -- Answers rated.
  rating_sum, -- Stars given in all.
  CASE greatest(android, ios, other, web)
    WHEN android THEN 'android' WHEN ios THEN 'ios' WHEN other THEN 'other' ELSE 'web'
  END AS platform, -- Client of most events, ties alphabetical.
  CASE least(first_chat, first_explain, first_flashcards, first_other, first_quiz, first_summarize)
    WHEN first_chat THEN 'chat' WHEN first_explain THEN 'explain' WHEN first_flashcards THEN 'flashcards'
    WHEN first_other THEN 'other' WHEN first_quiz THEN 'quiz' WHEN first_summarize THEN 'summarize'
  END AS entry_feature, -- First feature used, ties alphabetical; null without any.
  CASE greatest(last_chat, last_explain, last_flashcards, last_other, last_quiz, last_summarize)
    WHEN last_chat THEN 'chat' WHEN last_explain THEN 'explain' WHEN last_flashcards THEN 'flashcards'
    WHEN last_other THEN 'other' WHEN last_quiz THEN 'quiz' WHEN last_summarize THEN 'summarize'
  END AS exit_feature, -- Last feature used, ties alphabetical; null without any.
  event_date -- Reporting day.
FROM grouped
