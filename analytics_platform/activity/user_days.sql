-- One row per person and reporting day with any event, bots left out: the grain that every KPI derives from.
-- key: event_date, user_id
WITH
days AS (
  SELECT
    event_date,
    user_id,
    count(session_id) AS active_events,
    count(*) FILTER (WHERE platform = 'android') AS android,
    count(*) FILTER (WHERE platform = 'ios') AS ios,
    count(*) FILTER (WHERE platform = 'other') AS other,
    count(*) FILTER (WHERE platform = 'web') AS web,
    max_by(plan, {'time': event_time, 'id': event_id}) AS plan,
    count(*) FILTER (WHERE event_name = 'feature_used') AS events,
    sum(engagement_seconds) FILTER (WHERE session_id IS NOT NULL) AS engagement_seconds,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'summarize') AS summarize_uses,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'quiz') AS quiz_uses,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'explain') AS explain_uses,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'flashcards') AS flashcards_uses,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'chat') AS chat_uses,
    count(*) FILTER (WHERE event_name = 'feature_used' AND feature = 'other') AS other_uses,
    count(llm_rating) FILTER (WHERE session_id IS NOT NULL) AS ratings,
    sum(llm_rating) FILTER (WHERE session_id IS NOT NULL) AS rating_sum,
    count(*) FILTER (WHERE session_id IS NOT NULL AND llm_rating >= 4) AS ratings_4_plus,
    count(*) FILTER (WHERE event_name = 'paywall_viewed') AS paywall_views,
    count(*) FILTER (WHERE event_name = 'trial_started') AS trial_starts,
    count(*) FILTER (WHERE event_name = 'subscribed') AS conversions,
    count(*) FILTER (WHERE event_name = 'renewed') AS renewals,
    count(*) FILTER (WHERE event_name = 'cancelled') AS cancellations
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day AND NOT is_bot
  GROUP BY event_date, user_id
),

session_counts AS (
  SELECT event_date, user_id, count(*) AS sessions
  FROM activity.sessions
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, user_id
)

SELECT
  days.user_id, -- The person.
  coalesce(people.role, 'student') AS role, -- student or teacher, as known when the day was built; student where unknown.
  coalesce(people.country, 'ZZ') AS country, -- ISO 3166 code, as known when the day was built; ZZ where unknown.
  CASE greatest(android, ios, other, web)
    WHEN android THEN 'android' WHEN ios THEN 'ios' WHEN other THEN 'other' ELSE 'web'
  END AS platform, -- Client of most events that day, ties alphabetical.
  plan, -- Plan at the last event of the day.
  people.classroom_id, -- Class that the user belongs to.
  people.acquisition_channel, -- What brought the user.
  active_events > 0 AS is_active, -- Whether anything but billing happened.
  coalesce(session_counts.sessions, 0) AS sessions, -- Sessions.
  events, -- Feature uses.
  coalesce(engagement_seconds, 0) AS engagement_seconds, -- Attention given to feature uses (s).
  summarize_uses, -- Uses of summarize.
  quiz_uses, -- Uses of quiz.
  explain_uses, -- Uses of explain.
  flashcards_uses, -- Uses of flashcards.
  chat_uses, -- Uses of chat.
  other_uses, -- Uses of any other feature.
  ratings, -- Answers rated.
  CAST(coalesce(rating_sum, 0) AS BIGINT) AS rating_sum, -- Stars given in all.
  ratings_4_plus, -- Ratings of four or five stars.
  paywall_views, -- Times the paywall was seen.
  trial_starts, -- Trials started.
  conversions, -- Subscriptions begun.
  renewals, -- Subscriptions renewed.
  cancellations, -- Subscriptions ended.
  days.event_date -- Reporting day.
FROM days
LEFT JOIN session_counts
  ON session_counts.event_date = days.event_date AND session_counts.user_id = days.user_id
LEFT JOIN raw.users AS people
  ON people.user_id = days.user_id AND people.event_date <= days.event_date
