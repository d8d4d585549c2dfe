-- Every user of an experiment's two arms, twice: with totals of the days before exposure and of those after.
-- Values bound: experiment, arms, last reporting day known, days of the time before, and which days since
-- exposure count. Users whose last counted day is still to come are left out where that day is given.
-- key: user_id, is_before
WITH
cohort AS (
  SELECT user_id, variant, role, country, platform, plan, tenure_days, event_date
  FROM experiments.exposures
  WHERE
    experiment_id = $experiment_id
    AND variant IN ($control, $treatment)
    AND NOT is_excluded
    AND date_diff('day', event_date, $as_of) >= $mature_days
),

periods AS (
  SELECT TRUE AS is_before
  UNION ALL
  SELECT FALSE AS is_before
),

counted AS (
  SELECT days.*, date_diff('day', cohort.event_date, days.event_date) < 0 AS is_before
  FROM activity.user_days AS days
  INNER JOIN cohort ON cohort.user_id = days.user_id
  WHERE
    days.event_date <= $as_of
    AND (
      date_diff('day', cohort.event_date, days.event_date) BETWEEN -$pre_period_days AND -1
      OR date_diff('day', cohort.event_date, days.event_date) BETWEEN $from_day AND $to_day
    )
),

totals AS (
  SELECT
    user_id,
    is_before,
    count(*) FILTER (WHERE is_active) AS active_days,
    sum(sessions) AS sessions,
    sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds,
    sum(summarize_uses) AS summarize_uses,
    sum(quiz_uses) AS quiz_uses,
    sum(explain_uses) AS explain_uses,
    sum(flashcards_uses) AS flashcards_uses,
    sum(chat_uses) AS chat_uses,
    sum(other_uses) AS other_uses,
    sum(ratings) AS ratings,
    sum(rating_sum) AS rating_sum,
    sum(ratings_4_plus) AS ratings_4_plus,
    sum(paywall_views) AS paywall_views,
    sum(trial_starts) AS trial_starts,
    sum(conversions) AS conversions,
    sum(renewals) AS renewals,
    sum(cancellations) AS cancellations
  FROM counted
  GROUP BY user_id, is_before
)

SELECT
  cohort.user_id, -- The person.
  periods.is_before, -- Whether totals are of the days before exposure.
  cohort.variant, -- Arm.
  cohort.role, -- student or teacher.
  cohort.country, -- ISO 3166 code.
  cohort.platform, -- Client at exposure.
  cohort.plan, -- Plan at exposure.
  coalesce(people.acquisition_channel, 'unknown') AS channel, -- What brought the user.
  cohort.tenure_days, -- Days since sign-up at exposure.
  date_diff('day', DATE '2024-01-01', cohort.event_date) % 7 AS weekday, -- Of exposure, Monday is 0.
  CAST(coalesce(totals.active_days, 0) AS DOUBLE) AS active_days, -- Days with any activity.
  CAST(coalesce(totals.sessions, 0) AS DOUBLE) AS sessions, -- Sessions.
  CAST(coalesce(totals.events, 0) AS DOUBLE) AS events, -- Feature uses.
  CAST(coalesce(totals.engagement_seconds, 0) AS DOUBLE) AS engagement_seconds, -- Attention given (s).
  CAST(coalesce(totals.summarize_uses, 0) AS DOUBLE) AS summarize_uses, -- Uses of summarize.
  CAST(coalesce(totals.quiz_uses, 0) AS DOUBLE) AS quiz_uses, -- Uses of quiz.
  CAST(coalesce(totals.explain_uses, 0) AS DOUBLE) AS explain_uses, -- Uses of explain.
  CAST(coalesce(totals.flashcards_uses, 0) AS DOUBLE) AS flashcards_uses, -- Uses of flashcards.
  CAST(coalesce(totals.chat_uses, 0) AS DOUBLE) AS chat_uses, -- Uses of chat.
  CAST(coalesce(totals.other_uses, 0) AS DOUBLE) AS other_uses, -- Uses of any other feature.
  CAST(coalesce(totals.ratings, 0) AS DOUBLE) AS ratings, -- Answers rated.
  CAST(coalesce(totals.rating_sum, 0) AS DOUBLE) AS rating_sum, -- Stars given in all.
  CAST(coalesce(totals.ratings_4_plus, 0) AS DOUBLE) AS ratings_4_plus, -- Ratings of four or five stars.
  CAST(coalesce(totals.paywall_views, 0) AS DOUBLE) AS paywall_views, -- Times the paywall was seen.
  CAST(coalesce(totals.trial_starts, 0) AS DOUBLE) AS trial_starts, -- Trials started.
  CAST(coalesce(totals.conversions, 0) AS DOUBLE) AS conversions, -- Subscriptions begun.
  CAST(coalesce(totals.renewals, 0) AS DOUBLE) AS renewals, -- Subscriptions renewed.
  CAST(coalesce(totals.cancellations, 0) AS DOUBLE) AS cancellations -- Subscriptions ended.
FROM cohort
CROSS JOIN periods
LEFT JOIN totals ON totals.user_id = cohort.user_id AND totals.is_before = periods.is_before
LEFT JOIN raw.users AS people ON people.user_id = cohort.user_id
