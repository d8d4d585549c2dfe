-- What every person known by a day was and had done by then: all that segments are made of.
-- Values bound: as_of, the last day known; window_days, over how many days up to it activity counts.
-- key: user_id
WITH
people AS (
  SELECT
    user_id,
    min(event_date) FILTER (WHERE is_active) AS first_date,
    max(event_date) FILTER (WHERE is_active) AS last_date,
    max(event_date) FILTER (WHERE is_active AND event_date < $as_of) AS earlier_date,
    max_by(role, event_date) AS role,
    max_by(plan, event_date) AS plan
  FROM activity.user_days
  WHERE event_date <= $as_of
  GROUP BY user_id
),

windows AS (
  SELECT
    user_id,
    count(*) FILTER (WHERE is_active) AS active_days,
    count(*) FILTER (WHERE is_active AND date_diff('day', DATE '2024-01-01', event_date) % 7 >= 5) AS weekend_days,
    sum(sessions) AS sessions,
    sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds,
    sum(summarize_uses) AS summarize_uses,
    sum(quiz_uses) AS quiz_uses,
    sum(explain_uses) AS explain_uses,
    sum(flashcards_uses) AS flashcards_uses,
    sum(chat_uses) AS chat_uses,
    sum(ratings) AS ratings
  FROM activity.user_days
  WHERE event_date BETWEEN CAST($as_of AS DATE) - ($window_days - 1) AND $as_of
  GROUP BY user_id
)

SELECT
  people.user_id, -- The person.
  CAST(role = 'teacher' AS BIGINT) AS is_teacher, -- 1 for a teacher, as last known.
  CAST(plan = 'paid' AS BIGINT) AS is_paying, -- 1 on the paid plan, as last known.
  date_diff('day', first_date, CAST($as_of AS DATE)) AS age_days, -- Days since the first active day; null without one.
  date_diff('day', last_date, CAST($as_of AS DATE)) AS idle_days, -- Days since the last active day; null without one.
  date_diff('day', earlier_date, CAST($as_of AS DATE)) AS earlier_days, -- Days since the last active day before as_of.
  CAST(coalesce(windows.active_days, 0) AS DOUBLE) AS active_days, -- Active days of the window.
  CAST(coalesce(windows.weekend_days, 0) AS DOUBLE) AS weekend_days, -- Those on Saturday or Sunday.
  CAST(coalesce(windows.sessions, 0) AS DOUBLE) AS sessions, -- Sessions of the window.
  CAST(coalesce(windows.events, 0) AS DOUBLE) AS events, -- Feature uses of the window.
  CAST(coalesce(windows.engagement_seconds, 0) AS DOUBLE) AS engagement_seconds, -- Attention given (s).
  CAST(coalesce(windows.summarize_uses, 0) AS DOUBLE) AS summarize_uses, -- Uses of summarize.
  CAST(coalesce(windows.quiz_uses, 0) AS DOUBLE) AS quiz_uses, -- Uses of quiz.
  CAST(coalesce(windows.explain_uses, 0) AS DOUBLE) AS explain_uses, -- Uses of explain.
  CAST(coalesce(windows.flashcards_uses, 0) AS DOUBLE) AS flashcards_uses, -- Uses of flashcards.
  CAST(coalesce(windows.chat_uses, 0) AS DOUBLE) AS chat_uses, -- Uses of chat.
  CAST(coalesce(windows.ratings, 0) AS DOUBLE) AS ratings -- Answers rated.
FROM people
LEFT JOIN windows ON windows.user_id = people.user_id
ORDER BY people.user_id
