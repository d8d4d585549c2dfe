-- One row per experiment and user: the first exposure that counts, and whether and since when it is left out.
-- key: experiment_id, user_id
WITH
seen AS (
  SELECT
    experiment_id, user_id, classroom_id, variant, exposed_at, event_date,
    catalogue.unit, catalogue.start_date, catalogue.end_date, catalogue.trigger_event, catalogue.trigger_feature,
    CASE WHEN catalogue.unit = 'classroom' THEN classroom_id ELSE user_id END AS unit_id,
    variants.share IS NOT NULL AS is_known_variant,
    coalesce(event_date >= catalogue.start_date, FALSE)
    AND coalesce(event_date <= catalogue.end_date, TRUE) AS is_within
  FROM raw.exposures
  LEFT JOIN experiments.catalogue AS catalogue USING (experiment_id)
  LEFT JOIN experiments.variants AS variants USING (experiment_id, variant)
),

ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY experiment_id, user_id
      ORDER BY is_within AND is_known_variant DESC, exposed_at, variant
    ) AS position
  FROM seen
),

assigned AS (
  SELECT * FROM ranked WHERE position = 1
),

-- The day on which a unit was first seen in a variant other than its first.
first_variants AS (
  SELECT
    experiment_id, unit_id, variant,
    row_number() OVER (
      PARTITION BY experiment_id, unit_id ORDER BY is_known_variant DESC, exposed_at, user_id, variant
    ) AS position
  FROM seen
  WHERE is_within AND unit_id IS NOT NULL
),

crossings AS (
  SELECT experiment_id, unit_id, min(seen.event_date) AS crossed_date
  FROM seen
  JOIN first_variants USING (experiment_id, unit_id)
  WHERE first_variants.position = 1 AND is_within AND seen.variant <> first_variants.variant
  GROUP BY experiment_id, unit_id
),

-- Where an event triggers exposure, the first one from the assignment on.
triggers AS (
  SELECT
    assigned.experiment_id, assigned.user_id,
    min(events.event_time) AS triggered_at,
    min(events.event_date) AS triggered_date
  FROM assigned
  JOIN activity.events AS events
    ON events.user_id = assigned.user_id
    AND events.event_name = assigned.trigger_event
    AND events.event_time >= assigned.exposed_at
    AND events.event_date <= coalesce(assigned.end_date, events.event_date)
  WHERE NOT events.is_bot AND coalesce(events.feature = assigned.trigger_feature, assigned.trigger_feature IS NULL)
  GROUP BY assigned.experiment_id, assigned.user_id
),

exposed AS (
  SELECT
    experiment_id, unit, unit_id, user_id, classroom_id, variant, start_date, end_date, is_within, is_known_variant,
    coalesce(triggered_at, exposed_at) AS exposed_at,
    coalesce(triggered_date, event_date) AS event_date,
    trigger_event IS NOT NULL AND triggered_at IS NULL AS is_waiting
  FROM assigned
  LEFT JOIN triggers USING (experiment_id, user_id)
),

bots AS (
  SELECT user_id, min(event_date) AS bot_date FROM activity.events WHERE is_bot GROUP BY user_id
),

-- The plan is that of earlier days: on its own day exposure may already have changed it.
profiles AS (
  SELECT
    exposed.experiment_id, exposed.user_id,
    max_by(days.platform, days.event_date) AS platform,
    max_by(days.plan, days.event_date) FILTER (WHERE days.event_date < exposed.event_date) AS plan
  FROM exposed
  JOIN activity.user_days AS days
    ON days.user_id = exposed.user_id AND days.event_date <= exposed.event_date
  GROUP BY exposed.experiment_id, exposed.user_id
),

judged AS (
  SELECT
    experiment_id, user_id, exposed.unit, unit_id, exposed.classroom_id, exposed.variant, exposed.exposed_at, exposed.event_date,
    crossed_date,
    CASE WHEN bot_date <= coalesce(end_date, bot_date) THEN greatest(bot_date, event_date) END AS bot_date,
    CASE
      WHEN unit IS NULL THEN 'unknown_experiment'
      WHEN NOT is_within THEN 'outside_period'
      WHEN NOT is_known_variant THEN 'unknown_variant'
      WHEN unit_id IS NULL THEN 'no_classroom'
      WHEN is_waiting THEN 'not_triggered'
    END AS reason
  FROM exposed
  LEFT JOIN crossings USING (experiment_id, unit_id)
  LEFT JOIN bots USING (user_id)
)

SELECT
  judged.experiment_id, -- The experiment.
  judged.unit, -- What was randomised: user or classroom; null for an experiment that the catalogue lacks.
  judged.unit_id, -- The user or classroom that was randomised.
  judged.user_id, -- The person.
  judged.classroom_id, -- Class of the person.
  judged.variant, -- The variant first shown.
  judged.exposed_at, -- First exposure within the period, or the first event that triggers it (UTC).
  coalesce(people.role, 'student') AS role, -- student or teacher, as known that day; student where unknown.
  coalesce(people.country, 'ZZ') AS country, -- ISO 3166 code, as known that day; ZZ where unknown.
  coalesce(profiles.platform, people.platform, 'other') AS platform, -- Client of the newest day until then, else at sign-up.
  coalesce(profiles.plan, 'free') AS plan, -- Plan on the newest day before; free where there is none.
  date_diff('day', people.event_date, judged.event_date) AS tenure_days, -- Days since sign-up (days); null where unknown.
  coalesce(reason IS NOT NULL OR bot_date IS NOT NULL OR crossed_date IS NOT NULL, FALSE) AS is_excluded, -- Whether it is left out of analyses, from `excluded_date` on.
  CASE
    WHEN reason IS NOT NULL THEN reason
    WHEN bot_date IS NOT NULL AND bot_date <= coalesce(crossed_date, bot_date) THEN 'bot'
    WHEN crossed_date IS NOT NULL THEN 'multiple_variants'
  END AS exclusion_reason, -- What was known first: multiple_variants, bot, outside_period, unknown_variant, unknown_experiment, no_classroom or not_triggered.
  CASE
    WHEN reason IS NOT NULL THEN judged.event_date
    ELSE least(bot_date, crossed_date)
  END AS excluded_date, -- Day from which that is known: results as of earlier days include the user.
  judged.event_date -- Reporting day of the exposure: the cohort.
FROM judged
LEFT JOIN profiles ON profiles.experiment_id = judged.experiment_id AND profiles.user_id = judged.user_id
LEFT JOIN raw.users AS people ON people.user_id = judged.user_id AND people.event_date <= judged.event_date
