-- One row per person in `user_days`, as of the last day there.
-- key: user_id
WITH
today AS (
  SELECT max(event_date) AS today FROM activity.user_days
),

people AS (
  SELECT
    user_id,
    min(event_date) FILTER (WHERE is_active) AS first_seen_date,
    max(event_date) FILTER (WHERE is_active) AS last_seen_date,
    max(event_date) FILTER (WHERE is_active AND event_date < today) AS seen_before_today,
    count(*) FILTER (WHERE is_active) AS active_days,
    sum(sessions) AS sessions,
    sum(events) AS events,
    sum(engagement_seconds) AS engagement_seconds,
    min_by(platform, event_date) AS platform,
    max_by(plan, event_date) AS plan
  FROM activity.user_days
  CROSS JOIN today
  GROUP BY user_id
)

SELECT
  people.user_id, -- The person.
  known.signed_up_at, -- Sign-up, or first appearance in a log (UTC).
  coalesce(known.role, 'student') AS role, -- student or teacher; student where unknown.
  coalesce(known.country, 'ZZ') AS country, -- ISO 3166 code; ZZ where unknown.
  coalesce(known.platform, people.platform) AS platform, -- Client at sign-up, else on the first day.
  known.acquisition_channel, -- What brought the user.
  known.classroom_id, -- Class that the user belongs to.
  known.school_id, -- School that the user belongs to.
  people.first_seen_date, -- First active day; null for a person with billing events only.
  people.last_seen_date, -- Last active day.
  CAST(date_trunc('week', people.first_seen_date) AS DATE) AS cohort_week, -- Monday of the first week.
  people.active_days, -- Active days.
  CAST(people.sessions AS BIGINT) AS sessions, -- Sessions.
  CAST(people.events AS BIGINT) AS events, -- Feature uses.
  people.engagement_seconds, -- Attention given to feature uses (s).
  people.plan, -- Plan on the last day with any event.
  CASE
    WHEN people.first_seen_date + 7 <= today THEN day_7.user_id IS NOT NULL
  END AS retained_7d, -- Active exactly 7 days after the first active day; null while that day is to come.
  CASE
    WHEN people.first_seen_date + 30 <= today THEN day_30.user_id IS NOT NULL
  END AS retained_30d, -- Active exactly 30 days after the first active day; null while that day is to come.
  CASE
    WHEN people.first_seen_date = today THEN 'new'
    WHEN people.last_seen_date = today AND people.seen_before_today > today - 7 THEN 'current'
    WHEN people.last_seen_date = today AND people.seen_before_today > today - 28 THEN 'reactivated'
    WHEN people.last_seen_date = today THEN 'resurrected'
    WHEN people.last_seen_date > today - 7 THEN 'at_risk_wau'
    WHEN people.last_seen_date > today - 28 THEN 'at_risk_mau'
    WHEN people.last_seen_date IS NOT NULL THEN 'dormant'
  END AS state -- Lifecycle: the first four are DAU, with at_risk_wau WAU, with at_risk_mau MAU.
FROM people
CROSS JOIN today
LEFT JOIN raw.users AS known ON known.user_id = people.user_id
LEFT JOIN activity.user_days AS day_7
  ON day_7.user_id = people.user_id AND day_7.event_date = people.first_seen_date + 7 AND day_7.is_active
LEFT JOIN activity.user_days AS day_30
  ON day_30.user_id = people.user_id AND day_30.event_date = people.first_seen_date + 30 AND day_30.is_active
