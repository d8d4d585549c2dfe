-- One row per user of a funnel who entered it: what was known before the day of the first attempt.
-- key: user_id
WITH
entered AS (
  SELECT user_id, furthest_step, state, role, country, acquisition_channel, platform, entered_date
  FROM behaviour.funnel_users
  WHERE funnel_id = $funnel_id AND furthest_step >= 1 AND is_observed AND state <> 'open'
),

before AS (
  SELECT
    entered.user_id,
    count(*) FILTER (WHERE days.event_date >= entered.entered_date - 7 AND days.is_active) AS active_days,
    sum(days.summarize_uses) AS summarize_uses,
    sum(days.quiz_uses) AS quiz_uses,
    sum(days.explain_uses) AS explain_uses,
    sum(days.flashcards_uses) AS flashcards_uses,
    sum(days.chat_uses) AS chat_uses,
    sum(days.ratings) AS ratings,
    sum(days.rating_sum) AS rating_sum,
    sum(days.paywall_views) AS paywall_views
  FROM entered
  JOIN activity.user_days AS days
    ON days.user_id = entered.user_id
    AND days.event_date BETWEEN entered.entered_date - 28 AND entered.entered_date - 1
  GROUP BY entered.user_id
)

SELECT
  user_id, -- The person.
  furthest_step, -- Last step of the attempt that counts.
  entered.role, -- student or teacher.
  entered.country, -- ISO 3166 code.
  entered.acquisition_channel, -- What brought the user.
  entered.platform, -- Client at sign-up.
  CASE
    WHEN people.first_seen_date IS NULL OR people.first_seen_date >= entered_date THEN 'first day'
    WHEN people.first_seen_date > entered_date - 7 THEN 'first week'
    ELSE 'later'
  END AS tenure, -- How long after the first active day the user entered.
  CASE
    WHEN coalesce(before.active_days, 0) = 0 THEN 'none' WHEN before.active_days <= 2 THEN '1 or 2' ELSE '3 or more'
  END AS active_days_before, -- Active days of the seven before.
  CASE
    WHEN coalesce(ratings, 0) = 0 THEN 'none' WHEN rating_sum >= 4 * ratings THEN '4 or more' ELSE 'below 4'
  END AS mean_rating_before, -- Stars given in the 28 days before.
  CASE WHEN summarize_uses > 0 THEN 'yes' ELSE 'no' END AS used_summarize_before, -- In the 28 days before.
  CASE WHEN quiz_uses > 0 THEN 'yes' ELSE 'no' END AS used_quiz_before, -- In the 28 days before.
  CASE WHEN explain_uses > 0 THEN 'yes' ELSE 'no' END AS used_explain_before, -- In the 28 days before.
  CASE WHEN flashcards_uses > 0 THEN 'yes' ELSE 'no' END AS used_flashcards_before, -- In the 28 days before.
  CASE WHEN chat_uses > 0 THEN 'yes' ELSE 'no' END AS used_chat_before, -- In the 28 days before.
  CASE WHEN paywall_views > 0 THEN 'yes' ELSE 'no' END AS saw_paywall_before -- In the 28 days before.
FROM entered
LEFT JOIN before USING (user_id)
LEFT JOIN activity.users AS people USING (user_id)
