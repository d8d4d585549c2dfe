-- One row per event that no bot made, with the eleven columns of a classic flat event log.
-- key: user_id, event_time
-- kind: view
WITH
groups AS (
  SELECT
    user_id,
    string_agg(concat(experiment_id, ':', variant), ' ' ORDER BY experiment_id, variant) AS experiment_group
  FROM (SELECT DISTINCT user_id, experiment_id, variant FROM raw.exposures) AS exposures
  GROUP BY user_id
)

SELECT
  events.user_id, -- The person.
  events.session_id, -- The session; null for billing events.
  events.event_time, -- When it happened (UTC).
  events.feature AS feature_used, -- The feature used or rated; null for account and billing events.
  events.engagement_seconds AS engagement_time, -- Attention given to a feature use (s).
  people.role = 'teacher' AS is_teacher, -- Whether the person teaches.
  groups.experiment_group, -- experiment:variant of every exposure of the person, separated by blanks.
  events.llm_rating, -- Stars given to an answer (1–5).
  people.retained_7d, -- Active exactly 7 days after the first active day; null while not yet observable.
  people.retained_30d, -- Active exactly 30 days after the first active day; null while not yet observable.
  events.plan AS subscription -- Plan at that moment.
FROM activity.events AS events
LEFT JOIN activity.users AS people ON people.user_id = events.user_id
LEFT JOIN groups ON groups.user_id = events.user_id
WHERE NOT events.is_bot
