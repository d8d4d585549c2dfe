-- What each person did on a day, one row per count that is not zero.
-- key: event_date, user_id, name
-- kind: view
SELECT
  event_date, -- Reporting day.
  user_id, -- The person.
  name, -- The count: a column of `activity.user_days`, or active_days.
  value -- How much of it.
FROM (
  SELECT
    event_date, user_id, name,
    CAST(
      CASE name
        WHEN 'active_days' THEN CASE WHEN is_active THEN 1 ELSE 0 END
        WHEN 'sessions' THEN sessions
        WHEN 'events' THEN events
        WHEN 'engagement_seconds' THEN engagement_seconds
        WHEN 'summarize_uses' THEN summarize_uses
        WHEN 'quiz_uses' THEN quiz_uses
        WHEN 'explain_uses' THEN explain_uses
        WHEN 'flashcards_uses' THEN flashcards_uses
        WHEN 'chat_uses' THEN chat_uses
        WHEN 'other_uses' THEN other_uses
        WHEN 'ratings' THEN ratings
        WHEN 'rating_sum' THEN rating_sum
        WHEN 'ratings_4_plus' THEN ratings_4_plus
        WHEN 'paywall_views' THEN paywall_views
        WHEN 'trial_starts' THEN trial_starts
        WHEN 'conversions' THEN conversions
        WHEN 'renewals' THEN renewals
        WHEN 'cancellations' THEN cancellations
      END AS DOUBLE
    ) AS value
  FROM activity.user_days
  CROSS JOIN (
    SELECT numerator AS name FROM experiments.metrics
    UNION SELECT denominator FROM experiments.metrics
    UNION SELECT covariate_1 FROM experiments.metrics
    UNION SELECT covariate_2 FROM experiments.metrics
    UNION SELECT covariate_3 FROM experiments.metrics
    UNION SELECT covariate_4 FROM experiments.metrics
  ) AS names
) AS counts
WHERE value <> 0
