WITH
ranked AS (
  SELECT
    scores.interaction_id, scores.event_date, scores.feature, scores.model_version, scores.prompt_version,
    scores.unsupported_probability, scores.worst_start, scores.worst_end,
    row_number() OVER (
      PARTITION BY scores.content_hash ORDER BY scores.event_date DESC, scores.interaction_id
    ) AS copy
  FROM llm_quality.interaction_scores AS scores
  WHERE scores.event_date BETWEEN $first_day AND $last_day AND scores.unsupported_probability IS NOT NULL
),

worst AS (
  SELECT
    *,
    row_number() OVER (ORDER BY unsupported_probability DESC, interaction_id) AS rank
  FROM ranked
  WHERE copy = 1
),

labels AS (
  SELECT interaction_id, count(*) AS human_ratings, avg(score) AS human_unsupported_share
  FROM raw.human_ratings
  WHERE criterion = 'unsupported'
  GROUP BY interaction_id
)

SELECT
  worst.rank, worst.interaction_id, worst.event_date, worst.feature, worst.model_version,
  worst.prompt_version, worst.unsupported_probability, interactions.source_text, interactions.output_text,
  CASE
    WHEN worst_end > worst_start
      THEN '[[' || CAST(worst_start AS TEXT) || ', ' || CAST(worst_end AS TEXT) || ']]'
    ELSE '[]'
  END AS spans,
  coalesce(labels.human_ratings, 0) AS human_ratings, labels.human_unsupported_share
FROM worst
JOIN raw.interactions AS interactions
  ON interactions.interaction_id = worst.interaction_id AND interactions.event_date = worst.event_date
LEFT JOIN labels ON labels.interaction_id = worst.interaction_id
WHERE worst.rank <= $shown
ORDER BY worst.rank
