SELECT
  events.user_id AS rater, coalesce(known.role, 'student') = 'teacher' AS is_first,
  CAST(events.llm_rating AS DOUBLE) AS score,
  coalesce(interactions.feature, events.feature, 'other') AS feature,
  coalesce(interactions.model_version, 'unknown') AS model_version,
  coalesce(interactions.prompt_version, 'unknown') AS prompt_version,
  events.event_date, scores.content_hash
FROM activity.events AS events
LEFT JOIN raw.users AS known ON known.user_id = events.user_id
LEFT JOIN raw.interactions AS interactions ON interactions.interaction_id = events.interaction_id
LEFT JOIN llm_quality.interaction_scores AS scores ON scores.interaction_id = events.interaction_id
WHERE events.event_name = 'rated'
  AND events.llm_rating IS NOT NULL
  AND NOT events.is_bot
  AND events.user_id % 1000 < $kept
ORDER BY events.user_id, events.event_time, events.event_id
