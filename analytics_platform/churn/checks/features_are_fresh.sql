-- Every sixth day that anybody was active on, or within the 27 days before, has its snapshot.
-- table: churn.features
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

ages AS (
  SELECT ones.digit + 10 * tens.digit AS age
  FROM digits AS ones
  CROSS JOIN digits AS tens
  WHERE ones.digit + 10 * tens.digit < 28
),

visits AS (
  SELECT DISTINCT event_date
  FROM activity.user_days
  WHERE is_active AND event_date BETWEEN CAST($first_day AS DATE) - 27 AND $last_day
),

newest AS (
  SELECT max(event_date) AS event_date FROM activity.user_days
),

due AS (
  SELECT DISTINCT visits.event_date + age AS event_date
  FROM visits
  CROSS JOIN ages
  CROSS JOIN newest
  WHERE visits.event_date + age BETWEEN $first_day AND $last_day
    AND visits.event_date + age <= newest.event_date
    AND date_diff('day', DATE '2024-01-01', visits.event_date + age) % 6 = 0
),

snapshots AS (
  SELECT DISTINCT event_date FROM churn.features WHERE event_date BETWEEN $first_day AND $last_day
)

SELECT due.event_date
FROM due
LEFT JOIN snapshots ON snapshots.event_date = due.event_date
WHERE snapshots.event_date IS NULL
ORDER BY due.event_date
