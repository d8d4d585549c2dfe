-- One row per person ever active: when it came, when it was active since, when it fell silent.
-- key: user_id
WITH
today AS (
  SELECT max(event_date) AS today_date FROM activity.user_days
),

visits AS (
  SELECT
    user_id,
    event_date AS visit_date,
    lead(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS next_date
  FROM activity.user_days
  WHERE is_active
),

ages AS (
  SELECT
    visits.user_id,
    date_diff('day', people.first_seen_date, visits.visit_date) AS age,
    date_diff('day', visits.visit_date, coalesce(visits.next_date, today.today_date + 1)) - 1 AS silent_days
  FROM visits
  JOIN activity.users AS people ON people.user_id = visits.user_id
  CROSS JOIN today
),

-- A bit for each week and bracket in which a person was active: counting distinct ones would cost a sort.
lives AS (
  SELECT
    user_id,
    max(age) AS last_day,
    count(*) FILTER (WHERE age < 7) AS active_days_7d,
    count(*) FILTER (WHERE age < 14) AS active_days_14d,
    bit_or(CASE
      WHEN age < 364 THEN CAST(1 AS BIGINT) << CAST(age // 7 AS INT) ELSE CAST(0 AS BIGINT)
    END) AS active_weeks,
    bit_or(CASE
      WHEN age BETWEEN 1 AND 3 THEN 1 WHEN age BETWEEN 4 AND 7 THEN 2 WHEN age BETWEEN 8 AND 14 THEN 4
      WHEN age BETWEEN 15 AND 28 THEN 8 WHEN age BETWEEN 29 AND 56 THEN 16
      WHEN age BETWEEN 57 AND 90 THEN 32 ELSE 0
    END) AS active_brackets,
    min(age) FILTER (WHERE silent_days >= 28) + 1 AS silent_from_day
  FROM ages
  GROUP BY user_id
),

openings AS (
  SELECT
    sessions.user_id,
    min_by(
      coalesce(sessions.entry_feature, 'none'), {'time': sessions.started_at, 'id': sessions.session_id}
    ) AS first_feature
  FROM activity.sessions AS sessions
  JOIN activity.users AS people
    ON people.user_id = sessions.user_id AND people.first_seen_date = sessions.event_date
  GROUP BY sessions.user_id
)

SELECT
  lives.user_id, -- The person.
  people.first_seen_date AS first_date, -- First active day: day 0 of the person's life.
  people.role, -- student or teacher; student where unknown.
  coalesce(people.acquisition_channel, 'unknown') AS acquisition_channel, -- What brought the user.
  coalesce(openings.first_feature, 'none') AS first_feature, -- First feature of the first session, or none.
  date_diff('day', people.first_seen_date, today.today_date) AS days_observed, -- Days seen after day 0.
  lives.last_day, -- Last active day, counted from day 0.
  lives.active_days_7d, -- Active days among the first 7.
  lives.active_days_14d, -- Active days among the first 14.
  lives.active_weeks, -- Bit k: active in the k-th 7 days from day 0, for k = 0 to 51.
  CAST(lives.active_brackets AS BIGINT) AS active_brackets, -- Bits: days 1–3, 4–7, 8–14, 15–28, 29–56, 57–90.
  lives.silent_from_day -- First day of the first 28 silent days in a row; null while there were none.
FROM lives
JOIN activity.users AS people ON people.user_id = lives.user_id
CROSS JOIN today
LEFT JOIN openings ON openings.user_id = lives.user_id
