-- One row per reporting day and segment seen so far; dimension: overall, role, platform, country or plan.
-- key: event_date, dimension, segment
-- history: yes
WITH
digits AS (
  SELECT digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d (digit)
),

offsets AS (
  SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit AS days
  FROM digits AS ones
  CROSS JOIN digits AS tens
  CROSS JOIN digits AS hundreds
  CROSS JOIN digits AS thousands
),

days AS (
  SELECT CAST($first_day AS DATE) + days AS event_date
  FROM offsets
  WHERE days <= date_diff('day', CAST($first_day AS DATE), CAST($last_day AS DATE))
),

-- The five segments that a user's day counts for, by its profile.
profiles AS (
  SELECT role, platform, country, plan, min(event_date) AS first_date
  FROM activity.user_days
  WHERE event_date <= $last_day
  GROUP BY role, platform, country, plan
),

memberships AS (
  SELECT role, platform, country, plan, first_date, 'overall' AS dimension, 'all' AS segment FROM profiles
  UNION ALL
  SELECT role, platform, country, plan, first_date, 'role' AS dimension, role AS segment FROM profiles
  UNION ALL
  SELECT role, platform, country, plan, first_date, 'platform' AS dimension, platform AS segment FROM profiles
  UNION ALL
  SELECT role, platform, country, plan, first_date, 'country' AS dimension, country AS segment FROM profiles
  UNION ALL
  SELECT role, platform, country, plan, first_date, 'plan' AS dimension, plan AS segment FROM profiles
),

segments AS (
  SELECT dimension, segment, min(first_date) AS first_date FROM memberships GROUP BY dimension, segment
),

grid AS (
  SELECT days.event_date, segments.dimension, segments.segment
  FROM days
  JOIN segments ON segments.first_date <= days.event_date
),

-- What adds up over the users of a day.
sums AS (
  SELECT
    event_date, dimension, segment,
    count(*) FILTER (WHERE is_active) AS dau,
    sum(sessions) AS sessions,
    sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds,
    sum(ratings) AS ratings,
    sum(rating_sum) AS rating_sum,
    sum(ratings_4_plus) AS ratings_4_plus,
    sum(paywall_views) AS paywall_views,
    sum(trial_starts) AS trial_starts,
    sum(conversions) AS conversions,
    sum(renewals) AS renewals,
    sum(cancellations) AS cancellations
  FROM activity.user_days
  JOIN memberships USING (role, platform, country, plan)
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_date, dimension, segment
),

-- Rolling distinct users: a visit counts from its day to the next visit in the segment, at most 7 or 28 days.
visits AS (
  SELECT
    event_date, dimension, segment,
    lead(event_date) OVER (PARTITION BY user_id, dimension, segment ORDER BY event_date) AS next_date
  FROM activity.user_days
  JOIN memberships USING (role, platform, country, plan)
  WHERE is_active AND event_date BETWEEN CAST($first_day AS DATE) - 27 AND $last_day
),

spans AS (
  SELECT event_date, dimension, segment, next_date, count(*) AS users
  FROM visits
  GROUP BY event_date, dimension, segment, next_date
),

-- People by their first active day, with the segment they had on it.
arrivals AS (
  SELECT user_id, min(event_date) AS first_date
  FROM activity.user_days
  WHERE is_active AND event_date <= $last_day
  GROUP BY user_id
),

returns AS (
  SELECT
    arrivals.first_date + ages.age AS event_date,
    ages.age,
    first_day.role, first_day.platform, first_day.country, first_day.plan,
    count(*) AS cohort,
    count(visit.user_id) AS retained
  FROM arrivals
  CROSS JOIN (VALUES (0), (1), (7), (30)) AS ages (age)
  JOIN activity.user_days AS first_day
    ON first_day.user_id = arrivals.user_id AND first_day.event_date = arrivals.first_date
  LEFT JOIN activity.user_days AS visit
    ON visit.user_id = arrivals.user_id
    AND visit.event_date = arrivals.first_date + ages.age
    AND visit.event_date BETWEEN $first_day AND $last_day
    AND visit.is_active
  WHERE arrivals.first_date + ages.age BETWEEN $first_day AND $last_day
  GROUP BY 1, 2, 3, 4, 5, 6
),

cohorts AS (
  SELECT
    event_date, dimension, segment,
    sum(cohort) FILTER (WHERE age = 0) AS new_users,
    sum(cohort) FILTER (WHERE age = 1) AS cohort_1d,
    sum(retained) FILTER (WHERE age = 1) AS retained_1d,
    sum(cohort) FILTER (WHERE age = 7) AS cohort_7d,
    sum(retained) FILTER (WHERE age = 7) AS retained_7d,
    sum(cohort) FILTER (WHERE age = 30) AS cohort_30d,
    sum(retained) FILTER (WHERE age = 30) AS retained_30d
  FROM returns
  JOIN memberships USING (role, platform, country, plan)
  GROUP BY event_date, dimension, segment
),

trials AS (
  SELECT
    trial.event_date + 28 AS event_date,
    dimension,
    segment,
    count(DISTINCT trial.user_id) AS trials_28d,
    count(DISTINCT paid.user_id) AS converted_28d
  FROM activity.user_days AS trial
  JOIN memberships USING (role, platform, country, plan)
  LEFT JOIN activity.user_days AS paid
    ON paid.user_id = trial.user_id
    AND paid.event_date BETWEEN trial.event_date AND trial.event_date + 28
    AND paid.conversions > 0
  WHERE trial.trial_starts > 0
    AND trial.event_date BETWEEN CAST($first_day AS DATE) - 28 AND CAST($last_day AS DATE) - 28
  GROUP BY 1, 2, 3
),

-- Subscriptions: from a conversion to the next cancellation, in the segment of the conversion.
turns AS (
  SELECT
    user_id, event_date, role, platform, country, plan,
    conversions > cancellations AS is_subscriber,
    lag(conversions > cancellations) OVER (PARTITION BY user_id ORDER BY event_date) AS was_subscriber
  FROM activity.user_days
  WHERE conversions <> cancellations AND event_date <= $last_day
),

spells AS (
  SELECT
    role, platform, country, plan, is_subscriber,
    event_date AS from_date,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS to_date
  FROM turns
  WHERE is_subscriber <> coalesce(was_subscriber, FALSE)
),

-- Every start and end as a step up or down; a running sum of the steps is the number there are.
steps AS (
  SELECT event_date, dimension, segment, users AS wau, users AS mau, 0 AS active_subscribers
  FROM spans
  UNION ALL
  SELECT
    least(coalesce(next_date, event_date + 7), event_date + 7) AS event_date, dimension, segment,
    -users AS wau, 0 AS mau, 0 AS active_subscribers
  FROM spans
  UNION ALL
  SELECT
    least(coalesce(next_date, event_date + 28), event_date + 28) AS event_date, dimension, segment,
    0 AS wau, -users AS mau, 0 AS active_subscribers
  FROM spans
  UNION ALL
  SELECT from_date AS event_date, dimension, segment, 0 AS wau, 0 AS mau, 1 AS active_subscribers
  FROM spells
  JOIN memberships USING (role, platform, country, plan)
  WHERE is_subscriber
  UNION ALL
  SELECT to_date AS event_date, dimension, segment, 0 AS wau, 0 AS mau, -1 AS active_subscribers
  FROM spells
  JOIN memberships USING (role, platform, country, plan)
  WHERE is_subscriber AND to_date IS NOT NULL
),

daily_steps AS (
  SELECT
    greatest(event_date, CAST($first_day AS DATE)) AS event_date, dimension, segment,
    sum(wau) AS wau, sum(mau) AS mau, sum(active_subscribers) AS active_subscribers
  FROM steps
  GROUP BY 1, 2, 3
),

levels AS (
  SELECT
    event_date, dimension, segment,
    sum(coalesce(wau, 0)) OVER (PARTITION BY dimension, segment ORDER BY event_date) AS wau,
    sum(coalesce(mau, 0)) OVER (PARTITION BY dimension, segment ORDER BY event_date) AS mau,
    sum(coalesce(active_subscribers, 0)) OVER (PARTITION BY dimension, segment ORDER BY event_date)
      AS active_subscribers
  FROM grid
  LEFT JOIN daily_steps USING (event_date, dimension, segment)
)

SELECT
  dimension, -- What the users are divided by: overall, role, platform, country or plan.
  segment, -- Value of the dimension; `all` for overall.
  CAST(coalesce(dau, 0) AS BIGINT) AS dau, -- Users active that day.
  CAST(wau AS BIGINT) AS wau, -- Users active in the segment within the 7 days that end with this one.
  CAST(mau AS BIGINT) AS mau, -- Users active in the segment within the 28 days that end with this one.
  CAST(coalesce(new_users, 0) AS BIGINT) AS new_users, -- Users whose first active day this is.
  CAST(coalesce(sessions, 0) AS BIGINT) AS sessions, -- Sessions.
  CAST(coalesce(events, 0) AS BIGINT) AS events, -- Feature uses.
  CAST(coalesce(engagement_seconds, 0) AS DOUBLE) AS engagement_seconds, -- Attention given (s).
  CAST(coalesce(ratings, 0) AS BIGINT) AS ratings, -- Answers rated.
  CAST(coalesce(rating_sum, 0) AS BIGINT) AS rating_sum, -- Stars given in all.
  CAST(coalesce(ratings_4_plus, 0) AS BIGINT) AS ratings_4_plus, -- Ratings of four or five stars.
  CAST(coalesce(cohort_1d, 0) AS BIGINT) AS cohort_1d, -- Users first seen 1 day before.
  CAST(coalesce(retained_1d, 0) AS BIGINT) AS retained_1d, -- Those of cohort_1d active today.
  CAST(coalesce(cohort_7d, 0) AS BIGINT) AS cohort_7d, -- Users first seen 7 days before, by segment then.
  CAST(coalesce(retained_7d, 0) AS BIGINT) AS retained_7d, -- Those of cohort_7d active today.
  CAST(coalesce(cohort_30d, 0) AS BIGINT) AS cohort_30d, -- Users first seen 30 days before, by segment then.
  CAST(coalesce(retained_30d, 0) AS BIGINT) AS retained_30d, -- Those of cohort_30d active today.
  CAST(coalesce(paywall_views, 0) AS BIGINT) AS paywall_views, -- Times the paywall was seen.
  CAST(coalesce(trial_starts, 0) AS BIGINT) AS trial_starts, -- Trials started.
  CAST(coalesce(conversions, 0) AS BIGINT) AS conversions, -- Subscriptions begun.
  CAST(coalesce(renewals, 0) AS BIGINT) AS renewals, -- Subscriptions renewed.
  CAST(coalesce(cancellations, 0) AS BIGINT) AS cancellations, -- Subscriptions ended.
  CAST(coalesce(trials_28d, 0) AS BIGINT) AS trials_28d, -- Users whose trial began 28 days before.
  CAST(coalesce(converted_28d, 0) AS BIGINT) AS converted_28d, -- Those of trials_28d subscribed since.
  CAST(active_subscribers AS BIGINT) AS active_subscribers, -- Subscribers, by their segment at conversion.
  event_date -- Reporting day.
FROM levels
LEFT JOIN sums USING (event_date, dimension, segment)
LEFT JOIN cohorts USING (event_date, dimension, segment)
LEFT JOIN trials USING (event_date, dimension, segment)
