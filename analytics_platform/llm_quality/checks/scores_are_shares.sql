-- Probabilities lie between 0 and 1, and the least supported sentence lies within the answer.
-- table: llm_quality.interaction_scores
SELECT
  scores.event_date, scores.interaction_id, scores.unsupported_probability, scores.worst_start,
  scores.worst_end
FROM llm_quality.interaction_scores AS scores
JOIN raw.interactions AS interactions
  ON interactions.interaction_id = scores.interaction_id AND interactions.event_date = scores.event_date
WHERE scores.event_date BETWEEN $first_day AND $last_day
  AND (
    scores.unsupported_probability NOT BETWEEN 0 AND 1
    OR scores.worst_start > scores.worst_end
    OR scores.worst_end > length(interactions.output_text)
  )
ORDER BY scores.event_date, scores.interaction_id
