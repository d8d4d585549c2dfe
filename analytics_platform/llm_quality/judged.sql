SELECT
  'detector' AS judge, 'unsupported' AS criterion, interaction_id, event_date, feature, model_version,
  prompt_version, unsupported_probability AS probability, is_flagged AS verdict
FROM llm_quality.interaction_scores
WHERE unsupported_probability IS NOT NULL
UNION ALL
SELECT
  judgements.judge, judgements.criterion, judgements.interaction_id, judgements.event_date,
  interactions.feature, interactions.model_version, interactions.prompt_version,
  judgements.probability, judgements.probability >= 0.5 AS verdict
FROM llm_quality.judgements AS judgements
JOIN raw.interactions AS interactions
  ON interactions.interaction_id = judgements.interaction_id
  AND interactions.event_date = judgements.event_date
WHERE judgements.status = 'ok'
  AND judgements.judge <> 'heuristic'
  AND judgements.probability IS NOT NULL
  AND (judgements.is_drawn OR judgements.is_rated)
