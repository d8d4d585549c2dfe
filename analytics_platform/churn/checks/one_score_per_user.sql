-- Every user active within 28 days has one score on a scored day, from 0 to 1, and nobody else has any.
-- table: churn.scores
-- blocking: yes
WITH
scored_days AS (
  SELECT DISTINCT event_date FROM churn.scores WHERE event_date BETWEEN $first_day AND $last_day
),

eligible AS (
  SELECT scored_days.event_date, user_id, 1 AS expected
  FROM scored_days
  JOIN activity.user_days AS visits
    ON visits.event_date BETWEEN scored_days.event_date - 27 AND scored_days.event_date AND visits.is_active
  GROUP BY scored_days.event_date, user_id
),

scored AS (
  SELECT
    event_date, user_id, count(*) AS scores,
    count(*) FILTER (WHERE probability >= 0 AND probability <= 1) AS valid_scores
  FROM churn.scores
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, user_id
)

SELECT event_date, user_id, scores, valid_scores, expected
FROM eligible
FULL JOIN scored USING (event_date, user_id)
WHERE coalesce(scores, 0) <> 1 OR coalesce(valid_scores, 0) <> 1 OR expected IS NULL
