-- Every answer that was captured as text is scored.
-- table: llm_quality.interaction_scores
SELECT
  interactions.event_date, count(*) AS answers, min(interactions.interaction_id) AS example_interaction_id
FROM raw.interactions AS interactions
LEFT JOIN llm_quality.interaction_scores AS scores
  ON scores.interaction_id = interactions.interaction_id AND scores.event_date = interactions.event_date
WHERE interactions.event_date BETWEEN $first_day AND $last_day
  AND interactions.output_text IS NOT NULL
  AND scores.interaction_id IS NULL
GROUP BY interactions.event_date
ORDER BY interactions.event_date
