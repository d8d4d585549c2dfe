-- One row per user shown one variant of $experiment_id: what the user did from the first showing to the last day
-- on which anybody was first shown one.
WITH
shown AS (
  SELECT
    user_id,
    min(variant) AS variant,
    min(classroom_id) AS classroom_id,
    min(event_date) AS first_date
  FROM raw.exposures
  WHERE experiment_id = $experiment_id AND event_date BETWEEN $first_day AND $last_day
  GROUP BY user_id
  HAVING count(DISTINCT variant) = 1
),

ends AS (
  SELECT max(first_date) AS last_date FROM shown
)

SELECT
  shown.user_id,
  shown.classroom_id,
  min(shown.variant) AS variant,
  min(date_diff('day', shown.first_date, ends.last_date)) AS followed_days,
  count(did.user_id) AS active_days,
  coalesce(sum(did.quiz_uses), 0) > 0 AS has_quiz,
  count(did.user_id) FILTER (WHERE did.event_date = shown.first_date + 7) > 0 AS is_retained
FROM shown
CROSS JOIN ends
LEFT JOIN activity.user_days AS did
  ON did.user_id = shown.user_id
  AND did.event_date BETWEEN shown.first_date AND ends.last_date
  AND did.is_active
WHERE EXISTS (SELECT 1 FROM activity.user_days AS known WHERE known.user_id = shown.user_id)
GROUP BY shown.user_id, shown.classroom_id
ORDER BY shown.user_id
