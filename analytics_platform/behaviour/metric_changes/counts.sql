-- What each person did before and after, by all that they are divided by: sums per day of each period.
-- Values bound: as_of, the last day after; first_day, the first day before; step_days, between days that count
-- (1 or 7); after_days and before_days, how many days each period has.
-- key: user_id, is_after, role, country, platform, plan, state
WITH
-- Days of people; the 28 days before the first serve to tell who comes back.
days AS (
  SELECT *
  FROM activity.user_days
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 30 AND $as_of
),

visits AS (
  SELECT
    user_id,
    event_date,
    lag(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS earlier_date
  FROM days
  WHERE is_active
),

active AS (
  SELECT
    days.user_id, days.event_date, days.role, days.country, days.platform, days.plan,
    CASE
      WHEN days.event_date = people.first_seen_date THEN 'new'
      WHEN NOT days.is_active THEN 'billing only'
      WHEN date_diff('day', visits.earlier_date, days.event_date) < 7 THEN 'current'
      WHEN date_diff('day', visits.earlier_date, days.event_date) < 28 THEN 'reactivated'
      ELSE 'resurrected'
    END AS state,
    CASE WHEN days.is_active THEN 1 ELSE 0 END AS dau,
    CASE WHEN days.event_date = people.first_seen_date THEN 1 ELSE 0 END AS new_users,
    days.sessions, days.events, days.engagement_seconds, days.ratings, days.rating_sum, days.ratings_4_plus,
    days.paywall_views, days.trial_starts, days.conversions, days.renewals, days.cancellations
  FROM days
  LEFT JOIN visits ON visits.user_id = days.user_id AND visits.event_date = days.event_date
  LEFT JOIN activity.users AS people ON people.user_id = days.user_id
  WHERE days.event_date >= $first_day
    AND date_diff('day', days.event_date, CAST($as_of AS DATE)) % nullif($step_days, 0) = 0
),

-- People first seen so many days before, by what they were on that day, and whether they are back.
cohorts AS (
  SELECT
    people.user_id,
    people.first_seen_date + ages.age AS event_date,
    first_day.role, first_day.country, first_day.platform, first_day.plan,
    'returning' AS state,
    ages.age,
    CASE WHEN visits.user_id IS NULL THEN 0 ELSE 1 END AS retained
  FROM activity.users AS people
  CROSS JOIN (VALUES (1), (7), (30)) AS ages (age)
  JOIN days AS first_day
    ON first_day.user_id = people.user_id AND first_day.event_date = people.first_seen_date
  LEFT JOIN visits
    ON visits.user_id = people.user_id AND visits.event_date = people.first_seen_date + ages.age
  WHERE people.first_seen_date + ages.age BETWEEN $first_day AND $as_of
    AND date_diff('day', people.first_seen_date + ages.age, CAST($as_of AS DATE)) % nullif($step_days, 0) = 0
),

trials AS (
  SELECT
    trial.user_id, trial.event_date + 28 AS event_date, trial.role, trial.country, trial.platform, trial.plan,
    'returning' AS state,
    max(CASE WHEN paid.user_id IS NULL THEN 0 ELSE 1 END) AS converted
  FROM activity.user_days AS trial
  LEFT JOIN activity.user_days AS paid
    ON paid.user_id = trial.user_id
    AND paid.event_date BETWEEN trial.event_date AND trial.event_date + 28
    AND paid.event_date BETWEEN CAST($first_day AS DATE) - 28 AND $as_of
    AND paid.conversions > 0
  WHERE trial.trial_starts > 0
    AND trial.event_date BETWEEN CAST($first_day AS DATE) - 28 AND CAST($as_of AS DATE) - 28
    AND date_diff('day', trial.event_date + 28, CAST($as_of AS DATE)) % nullif($step_days, 0) = 0
  GROUP BY 1, 2, 3, 4, 5, 6
),

facts AS (
  SELECT
    user_id, event_date, role, country, platform, plan, state,
    dau, new_users, sessions, events, engagement_seconds, ratings, rating_sum, ratings_4_plus,
    paywall_views, trial_starts, conversions, renewals, cancellations,
    0 AS cohort_1d, 0 AS retained_1d, 0 AS cohort_7d, 0 AS retained_7d, 0 AS cohort_30d, 0 AS retained_30d,
    0 AS trials_28d, 0 AS converted_28d
  FROM active
  UNION ALL
  SELECT
    user_id, event_date, role, country, platform, plan, state,
    0 AS dau, 0 AS new_users, 0 AS sessions, 0 AS events, 0 AS engagement_seconds, 0 AS ratings,
    0 AS rating_sum, 0 AS ratings_4_plus, 0 AS paywall_views, 0 AS trial_starts, 0 AS conversions,
    0 AS renewals, 0 AS cancellations,
    CASE WHEN age = 1 THEN 1 ELSE 0 END AS cohort_1d, CASE WHEN age = 1 THEN retained ELSE 0 END AS retained_1d,
    CASE WHEN age = 7 THEN 1 ELSE 0 END AS cohort_7d, CASE WHEN age = 7 THEN retained ELSE 0 END AS retained_7d,
    CASE WHEN age = 30 THEN 1 ELSE 0 END AS cohort_30d,
    CASE WHEN age = 30 THEN retained ELSE 0 END AS retained_30d,
    0 AS trials_28d, 0 AS converted_28d
  FROM cohorts
  UNION ALL
  SELECT
    user_id, event_date, role, country, platform, plan, state,
    0 AS dau, 0 AS new_users, 0 AS sessions, 0 AS events, 0 AS engagement_seconds, 0 AS ratings,
    0 AS rating_sum, 0 AS ratings_4_plus, 0 AS paywall_views, 0 AS trial_starts, 0 AS conversions,
    0 AS renewals, 0 AS cancellations,
    0 AS cohort_1d, 0 AS retained_1d, 0 AS cohort_7d, 0 AS retained_7d, 0 AS cohort_30d, 0 AS retained_30d,
    1 AS trials_28d, converted AS converted_28d
  FROM trials
),

sums AS (
  SELECT
    user_id, role, country, platform, plan, state,
    date_diff('day', event_date, CAST($as_of AS DATE)) < $after_days AS is_after,
    sum(dau) AS dau, sum(new_users) AS new_users, sum(sessions) AS sessions, sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds, sum(ratings) AS ratings, sum(rating_sum) AS rating_sum,
    sum(ratings_4_plus) AS ratings_4_plus, sum(paywall_views) AS paywall_views,
    sum(trial_starts) AS trial_starts, sum(conversions) AS conversions, sum(renewals) AS renewals,
    sum(cancellations) AS cancellations, sum(cohort_1d) AS cohort_1d, sum(retained_1d) AS retained_1d,
    sum(cohort_7d) AS cohort_7d, sum(retained_7d) AS retained_7d, sum(cohort_30d) AS cohort_30d,
    sum(retained_30d) AS retained_30d, sum(trials_28d) AS trials_28d, sum(converted_28d) AS converted_28d
  FROM facts
  GROUP BY 1, 2, 3, 4, 5, 6, 7
)

SELECT
  sums.user_id, -- The person.
  people.classroom_id, -- Class of the person: people of a class are not independent.
  sums.is_after, -- Whether sums are of the later period.
  sums.role, -- student or teacher.
  sums.country, -- ISO 3166 code.
  sums.platform, -- Client of most events that day.
  sums.plan, -- Plan that day.
  coalesce(people.acquisition_channel, 'unknown') AS acquisition_channel, -- What brought the person.
  sums.state, -- Lifecycle state of the day by the active day before; returning for cohorts and trials.
  CAST(sums.dau AS DOUBLE) AS dau, -- Active days.
  CAST(sums.new_users AS DOUBLE) AS new_users, -- Whether the first active day is among them.
  CAST(sums.sessions AS DOUBLE) AS sessions, -- Sessions.
  CAST(sums.events AS DOUBLE) AS events, -- Feature uses.
  CAST(sums.engagement_seconds AS DOUBLE) AS engagement_seconds, -- Attention given (s).
  CAST(sums.ratings AS DOUBLE) AS ratings, -- Answers rated.
  CAST(sums.rating_sum AS DOUBLE) AS rating_sum, -- Stars given.
  CAST(sums.ratings_4_plus AS DOUBLE) AS ratings_4_plus, -- Ratings of four or five stars.
  CAST(sums.paywall_views AS DOUBLE) AS paywall_views, -- Times the paywall was seen.
  CAST(sums.trial_starts AS DOUBLE) AS trial_starts, -- Trials started.
  CAST(sums.conversions AS DOUBLE) AS conversions, -- Subscriptions begun.
  CAST(sums.renewals AS DOUBLE) AS renewals, -- Subscriptions renewed.
  CAST(sums.cancellations AS DOUBLE) AS cancellations, -- Subscriptions ended.
  CAST(sums.cohort_1d AS DOUBLE) AS cohort_1d, -- First seen 1 day before a day of the period.
  CAST(sums.retained_1d AS DOUBLE) AS retained_1d, -- And active on it.
  CAST(sums.cohort_7d AS DOUBLE) AS cohort_7d, -- First seen 7 days before.
  CAST(sums.retained_7d AS DOUBLE) AS retained_7d, -- And active on it.
  CAST(sums.cohort_30d AS DOUBLE) AS cohort_30d, -- First seen 30 days before.
  CAST(sums.retained_30d AS DOUBLE) AS retained_30d, -- And active on it.
  CAST(sums.trials_28d AS DOUBLE) AS trials_28d, -- Trials begun 28 days before.
  CAST(sums.converted_28d AS DOUBLE) AS converted_28d -- And subscribed since.
FROM sums
LEFT JOIN activity.users AS people ON people.user_id = sums.user_id
