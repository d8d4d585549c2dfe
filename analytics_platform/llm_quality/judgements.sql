-- Answers of a window that are judged: all that people rated, and a draw of all.
-- The draw orders by a hash of the id, so that it stays the same when a day is built again.
WITH answers AS (
  SELECT
    event_date,
    interaction_id,
    row_number() OVER (
      PARTITION BY event_date ORDER BY md5(concat($salt, cast(interaction_id AS TEXT))), interaction_id
    ) AS draw,
    count(*) OVER (PARTITION BY event_date) AS answers
  FROM raw.interactions
  WHERE event_date BETWEEN $first_day AND $last_day AND status = 'ok' AND trim(output_text) <> ''
), rated AS (
  SELECT DISTINCT interaction_id, criterion FROM raw.human_ratings
)
SELECT
  answers.event_date,
  answers.interaction_id,
  answers.draw,
  answers.answers,
  texts.feature,
  texts.source_text,
  texts.output_text,
  rated.criterion AS rated_criterion
FROM answers
INNER JOIN raw.interactions AS texts
  ON texts.event_date = answers.event_date AND texts.interaction_id = answers.interaction_id
LEFT JOIN rated ON rated.interaction_id = answers.interaction_id
WHERE answers.draw <= $cases_a_day OR rated.criterion IS NOT NULL
ORDER BY answers.event_date, answers.draw, rated.criterion
