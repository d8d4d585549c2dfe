-- Trials by role, first day, and days until the conversion (null: none within 60 days, or before another trial).
WITH
starts AS (
  SELECT
    user_id, role, event_date AS trial_date,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS next_date
  FROM activity.user_days
  WHERE trial_starts > 0 AND event_date <= $last_day
),

trials AS (
  SELECT
    user_id, role, trial_date,
    -- A conversion belongs to the last trial before it: earlier ones would count it again.
    least(trial_date + 60, coalesce(next_date - 1, trial_date + 60), CAST($last_day AS DATE)) AS until_date
  FROM starts
),

conversions AS (
  SELECT trials.user_id, trials.role, trial_date, min(paid.event_date) AS paid_date
  FROM trials
  LEFT JOIN activity.user_days AS paid
    ON paid.user_id = trials.user_id
    AND paid.conversions > 0
    AND paid.event_date BETWEEN trials.trial_date AND trials.until_date
  GROUP BY trials.user_id, trials.role, trial_date
)

SELECT role, trial_date, date_diff('day', trial_date, paid_date) AS age_days, count(*) AS users
FROM conversions
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
