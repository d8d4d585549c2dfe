-- One row per snapshot day and user active within the 28 days that end with it: what was known by that day.
-- Every sixth day is a snapshot, so that all weekdays take turns; nothing after it is read.
-- key: event_date, user_id
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

snapshots AS (
  SELECT CAST($first_day AS DATE) + days AS snapshot_date
  FROM offsets
  WHERE days <= date_diff('day', CAST($first_day AS DATE), CAST($last_day AS DATE))
    AND date_diff('day', DATE '2024-01-01', CAST($first_day AS DATE) + days) % 6 = 0
),

-- Active days with the wait before each: a wait is known on the day that ends it.
visits AS (
  SELECT
    *,
    date_diff('day', lag(event_date) OVER (PARTITION BY user_id ORDER BY event_date), event_date) AS gap,
    date_diff('day', DATE '2024-01-01', event_date) % 7 >= 5 AS is_weekend
  FROM activity.user_days
  WHERE is_active AND event_date BETWEEN CAST($first_day AS DATE) - 55 AND $last_day
),

aged AS (
  SELECT visits.*, snapshot_date, date_diff('day', event_date, snapshot_date) AS age
  FROM snapshots
  JOIN visits ON visits.event_date BETWEEN snapshot_date - 55 AND snapshot_date
),

-- Everybody seen within 56 days: who is asked about, and the classmates of whom.
people AS (
  SELECT
    snapshot_date,
    user_id,
    max(event_date) AS last_date,
    min(event_date) AS early_date,
    min(age) AS recency_days,
    count(*) FILTER (WHERE age < 7) AS active_days_7d,
    count(*) FILTER (WHERE age < 14) AS active_days_14d,
    count(*) FILTER (WHERE age < 28) AS active_days_28d,
    count(*) AS active_days_56d,
    -- Rounded, because the order of a sum of fractions is the engine's affair.
    round(sum(power(CAST(0.5 AS DOUBLE), age / 4.0)), 6) AS recent_activity,
    round(sum(power(CAST(0.5 AS DOUBLE), age / 14.0)), 6) AS lasting_activity,
    round(coalesce(sum(power(CAST(0.5 AS DOUBLE), age / 14.0)) FILTER (WHERE quiz_uses > 0), 0), 6)
      AS quiz_activity,
    avg(gap) FILTER (WHERE age + gap < 56) AS gap_mean,
    round(stddev_samp(gap) FILTER (WHERE age + gap < 56), 6) AS gap_sd,
    max(gap) FILTER (WHERE age + gap < 56) AS gap_longest,
    count(*) FILTER (WHERE is_weekend) AS weekend_days,
    count(DISTINCT date_diff('day', DATE '2024-01-01', event_date) % 7) AS weekdays_used,
    coalesce(sum(engagement_seconds) FILTER (WHERE age < 7), 0) AS engagement_seconds_7d,
    coalesce(sum(engagement_seconds) FILTER (WHERE age < 28), 0) AS engagement_seconds_28d,
    coalesce(sum(sessions) FILTER (WHERE age < 7), 0) AS sessions_7d,
    coalesce(sum(sessions) FILTER (WHERE age < 28), 0) AS sessions_28d,
    coalesce(sum(events) FILTER (WHERE age < 7), 0) AS uses_7d,
    coalesce(sum(events) FILTER (WHERE age < 28), 0) AS uses_28d,
    coalesce(sum(summarize_uses) FILTER (WHERE age < 28), 0) AS summarize_uses,
    coalesce(sum(quiz_uses) FILTER (WHERE age < 28), 0) AS quiz_uses,
    coalesce(sum(explain_uses) FILTER (WHERE age < 28), 0) AS explain_uses,
    coalesce(sum(flashcards_uses) FILTER (WHERE age < 28), 0) AS flashcards_uses,
    coalesce(sum(chat_uses) FILTER (WHERE age < 28), 0) AS chat_uses,
    sum(ratings) AS ratings,
    sum(rating_sum) AS rating_sum,
    sum(ratings - ratings_4_plus) AS low_ratings,
    coalesce(sum(ratings) FILTER (WHERE age < 14), 0) AS ratings_14d,
    coalesce(sum(rating_sum) FILTER (WHERE age < 14), 0) AS rating_sum_14d
  FROM aged
  GROUP BY snapshot_date, user_id
),

profiles AS (
  SELECT
    people.*, role, country, platform, acquisition_channel, classroom_id
  FROM people
  JOIN visits ON visits.user_id = people.user_id AND visits.event_date = people.last_date
),

classes AS (
  SELECT
    snapshot_date, classroom_id,
    count(*) AS members,
    count(*) FILTER (WHERE active_days_7d > 0) AS active_members,
    count(*) FILTER (WHERE active_days_7d > 0 AND role = 'teacher') AS active_teachers
  FROM profiles
  WHERE classroom_id IS NOT NULL
  GROUP BY snapshot_date, classroom_id
),

-- The clock of a country and of a class: visits of its people after a day, so that days off count for little.
country_clock AS (
  SELECT
    snapshot_date, country, event_date AS last_date,
    sum(count(*)) OVER (PARTITION BY snapshot_date, country ORDER BY event_date DESC) - count(*) AS visits_since
  FROM aged
  GROUP BY snapshot_date, country, event_date
),

early_clock AS (
  SELECT snapshot_date, country, last_date AS early_date, visits_since FROM country_clock
),

countries AS (
  SELECT
    snapshot_date, country,
    count(*) AS people,
    sum(active_days_28d) AS visits
  FROM profiles
  WHERE recency_days < 28
  GROUP BY snapshot_date, country
),

class_clock AS (
  SELECT
    snapshot_date, classroom_id, event_date AS last_date,
    sum(count(*)) OVER (PARTITION BY snapshot_date, classroom_id ORDER BY event_date DESC) - count(*)
      AS class_visits_since
  FROM aged
  WHERE classroom_id IS NOT NULL
  GROUP BY snapshot_date, classroom_id, event_date
),

-- The plan after the last event of any kind, billing included, and the last trial begun.
accounts AS (
  SELECT
    snapshot_date,
    user_id,
    max_by(plan, event_date) AS plan,
    min(date_diff('day', event_date, snapshot_date)) FILTER (WHERE trial_starts > 0) AS days_since_trial,
    sum(paywall_views) AS paywall_views
  FROM snapshots
  JOIN activity.user_days ON event_date BETWEEN snapshot_date - 55 AND snapshot_date
  WHERE event_date BETWEEN CAST($first_day AS DATE) - 55 AND $last_day
  GROUP BY snapshot_date, user_id
),

first_days AS (
  SELECT user_id, min(event_date) AS first_seen_date
  FROM activity.user_days
  WHERE is_active AND event_date <= $last_day
  GROUP BY user_id
)

SELECT
  user_id, -- The person.
  recency_days, -- Days since the last active one; 0 for the snapshot day.
  date_diff('day', first_seen_date, snapshot_date) AS tenure_days, -- Days since first seen.
  CAST(clock.visits_since AS DOUBLE) / nullif(people, 0)
    AS country_visits_since, -- Visits made since by a user of the same country: recency on the country's clock.
  CAST(clock.visits_since AS DOUBLE) * active_days_56d
    / nullif(people + coalesce(early_clock.visits_since - clock.visits_since, 0), 0)
    AS missed_visits, -- Visits expected since by the user's own pace in 56 days, on the country's clock.
  CAST(class_visits_since AS DOUBLE) / nullif(members, 0)
    AS class_visits_since, -- Visits made since by a member of the class; null without one.
  CAST(active_days_28d AS DOUBLE) * people / nullif(visits, 0)
    AS relative_active_days, -- Active days among 28, over their mean in the country.
  active_days_7d, -- Active days among the last 7.
  active_days_14d, -- Active days among the last 14.
  active_days_28d, -- Active days among the last 28.
  active_days_56d, -- Active days among the last 56.
  recent_activity, -- Active days, each worth half as much every 4 days back.
  lasting_activity, -- Active days, each worth half as much every 14 days back.
  quiz_activity, -- Days with a quiz, each worth half as much every 14 days back.
  active_days_7d / 7.0 - (active_days_28d - active_days_7d) / 21.0
    AS active_days_trend, -- Share of days active in the last 7, less that of the 21 before.
  uses_7d / 7.0 - (uses_28d - uses_7d) / 21.0 AS uses_trend, -- Uses a day in the last 7, less the 21 before.
  engagement_seconds_7d / 7.0 - (engagement_seconds_28d - engagement_seconds_7d) / 21.0
    AS engagement_seconds_trend, -- Attention a day in the last 7, less the 21 before (s).
  gap_mean, -- Mean days from one active day to the next among 56 days; null with fewer than two.
  gap_sd, -- Their standard deviation; null with fewer than three active days.
  CAST(gap_longest AS BIGINT) AS gap_longest, -- The longest of them.
  CAST(weekend_days AS DOUBLE) / nullif(active_days_56d, 0) AS weekend_share, -- Share on Saturdays and Sundays.
  weekdays_used, -- Different weekdays among the active days.
  CAST(sessions_28d AS BIGINT) AS sessions_28d, -- Sessions in 28 days.
  CAST(uses_28d AS BIGINT) AS uses_28d, -- Feature uses in 28 days.
  engagement_seconds_28d, -- Attention in 28 days (s).
  CAST(uses_28d AS DOUBLE) / nullif(sessions_28d, 0) AS uses_per_session, -- Uses a session in 28 days.
  CAST(sessions_28d AS DOUBLE) / nullif(active_days_28d, 0) AS sessions_per_day, -- Sessions an active day.
  engagement_seconds_28d / nullif(uses_28d, 0) AS seconds_per_use, -- Attention a use in 28 days (s).
  CAST(summarize_uses AS DOUBLE) / nullif(uses_28d, 0) AS summarize_share, -- Share of uses in 28 days.
  CAST(quiz_uses AS DOUBLE) / nullif(uses_28d, 0) AS quiz_share, -- Share of uses in 28 days.
  CAST(explain_uses AS DOUBLE) / nullif(uses_28d, 0) AS explain_share, -- Share of uses in 28 days.
  CAST(flashcards_uses AS DOUBLE) / nullif(uses_28d, 0) AS flashcards_share, -- Share of uses in 28 days.
  CAST(chat_uses AS DOUBLE) / nullif(uses_28d, 0) AS chat_share, -- Share of uses in 28 days.
  CAST(ratings AS BIGINT) AS ratings, -- Answers rated in 56 days.
  CAST(rating_sum AS DOUBLE) / nullif(ratings, 0) AS rating_mean, -- Mean stars in 56 days; null without any.
  CAST(rating_sum_14d AS DOUBLE) / nullif(ratings_14d, 0) AS rating_mean_14d, -- Mean stars in 14 days.
  CAST(low_ratings AS BIGINT) AS low_ratings, -- Ratings of one to three stars in 56 days.
  plan, -- Plan after the last event known: free, trial or paid.
  CAST(days_since_trial AS BIGINT) AS days_since_trial, -- Days since a trial began; null without one in 56 days.
  CAST(coalesce(paywall_views, 0) AS BIGINT) AS paywall_views, -- Times the paywall was seen in 56 days.
  role, -- student or teacher, as of the last active day.
  country, -- ISO 3166 code, as of the last active day.
  platform, -- Client of most events on the last active day.
  coalesce(acquisition_channel, 'unknown') AS channel, -- What brought the user.
  classroom_id, -- Class that the user belongs to; null without one.
  members - 1 AS classmates, -- Others of the class seen within 56 days; null without a class.
  CAST(active_members - CASE WHEN active_days_7d > 0 THEN 1 ELSE 0 END AS DOUBLE) / nullif(members - 1, 0)
    AS classmates_active_share, -- Share of them active in the last 7 days.
  active_teachers - CASE WHEN active_days_7d > 0 AND role = 'teacher' THEN 1 ELSE 0 END
    AS active_teachers, -- Teachers of the class active in the last 7 days, oneself left out.
  snapshot_date AS event_date -- The snapshot day.
FROM profiles
LEFT JOIN classes USING (snapshot_date, classroom_id)
LEFT JOIN class_clock USING (snapshot_date, classroom_id, last_date)
JOIN country_clock AS clock USING (snapshot_date, country, last_date)
LEFT JOIN early_clock USING (snapshot_date, country, early_date)
JOIN countries USING (snapshot_date, country)
JOIN accounts USING (snapshot_date, user_id)
JOIN first_days USING (user_id)
WHERE recency_days < 28
