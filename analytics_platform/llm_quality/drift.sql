-- What is watched by day and model version: scores by feature, ratings, failures.
SELECT
  'unsupported_probability' AS series, event_date, model_version, feature AS part, count(*) AS n,
  avg(unsupported_probability) AS value,
  var_samp(unsupported_probability) AS variance
FROM llm_quality.interaction_scores
WHERE unsupported_probability IS NOT NULL
GROUP BY event_date, model_version, feature
UNION ALL
SELECT
  'rating_mean' AS series, events.event_date, interactions.model_version, 'all' AS part, count(*) AS n,
  avg(events.llm_rating) AS value,
  var_samp(events.llm_rating) AS variance
FROM activity.events AS events
JOIN raw.interactions AS interactions ON interactions.interaction_id = events.interaction_id
WHERE events.event_name = 'rated' AND events.llm_rating IS NOT NULL AND NOT events.is_bot
GROUP BY events.event_date, interactions.model_version
UNION ALL
SELECT
  'failure_share' AS series, event_date, segment AS model_version, 'all' AS part, interactions AS n,
  (interactions - answered) / CAST(interactions AS DOUBLE) AS value,
  NULL AS variance
FROM llm_quality.quality_daily
WHERE dimension = 'model_version' AND interactions > 0
ORDER BY 1, 3, 2, 4
