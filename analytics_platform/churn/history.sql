-- Rows of churn.features from $first_date on with what came of them, as known on $known_date: whether the user was
-- not active in the 28 days after, null while those days are not all there. Of every 1,000 users, $kept are read.
WITH
rows_read AS (
  SELECT *
  FROM churn.features
  WHERE event_date BETWEEN $first_date AND $known_date AND user_id % 65537 * 48271 % 65537 % 1000 < $kept
),

returned AS (
  SELECT DISTINCT rows_read.event_date, rows_read.user_id
  FROM rows_read
  JOIN activity.user_days AS later
    ON later.user_id = rows_read.user_id
    AND later.event_date BETWEEN rows_read.event_date + 1 AND rows_read.event_date + 28
    AND later.event_date <= $known_date
    AND later.is_active
)

SELECT
  rows_read.*,
  CASE WHEN rows_read.event_date + 28 <= CAST($known_date AS DATE) THEN returned.user_id IS NULL END AS has_left
FROM rows_read
LEFT JOIN returned ON returned.event_date = rows_read.event_date AND returned.user_id = rows_read.user_id
ORDER BY rows_read.event_date, rows_read.user_id
