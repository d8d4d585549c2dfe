-- One row per event that happened: repeated deliveries merged, sessions named, lateness and bots flagged.
-- key: event_date, user_id, event_time, event_id
WITH
repeated AS (
  SELECT event_id
  FROM raw.events
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY event_id
  HAVING count(*) > 1
),

-- The columns after received_at only settle ties: every engine and every re-run keeps the same delivery.
ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY event_date, event_id
      ORDER BY
        received_at, event_time, user_id, event_name, platform, plan, feature, session_id,
        engagement_seconds, llm_rating, interaction_id
    ) AS delivery
  FROM raw.events
  WHERE event_date BETWEEN $first_day AND $last_day AND event_id IN (SELECT event_id FROM repeated)
),

happened AS (
  SELECT
    event_id, user_id, session_id, event_time, event_name, feature, engagement_seconds, llm_rating,
    interaction_id, platform, plan, received_at, event_date,
    event_name IN ('subscribed', 'renewed', 'cancelled') AS is_billing
  FROM raw.events
  WHERE event_date BETWEEN $first_day AND $last_day AND event_id NOT IN (SELECT event_id FROM repeated)
  UNION ALL
  SELECT
    event_id, user_id, session_id, event_time, event_name, feature, engagement_seconds, llm_rating,
    interaction_id, platform, plan, received_at, event_date,
    event_name IN ('subscribed', 'renewed', 'cancelled') AS is_billing
  FROM ranked
  WHERE delivery = 1
),

-- Two steps, because counting distinct hours is dear and few people use a feature a hundred times a day.
busy AS (
  SELECT event_date, user_id
  FROM happened
  WHERE event_name = 'feature_used'
  GROUP BY event_date, user_id
  HAVING count(*) >= 100
),

bots AS (
  SELECT event_date, user_id, TRUE AS is_bot
  FROM happened
  JOIN busy USING (event_date, user_id)
  WHERE event_name = 'feature_used'
  GROUP BY event_date, user_id
  HAVING count(*) > 500 OR count(DISTINCT date_trunc('hour', event_time)) >= 20
),

-- Only what the log left without a session pays for finding one: a pause of 30 minutes starts it.
starts AS (
  SELECT
    event_date, user_id, event_time, event_id,
    CASE
      WHEN event_time <= lag(event_time) OVER (
        PARTITION BY event_date, user_id ORDER BY event_time, event_id
      ) + INTERVAL 30 MINUTE THEN NULL
      ELSE event_id
    END AS starting_id
  FROM happened
  WHERE session_id IS NULL AND NOT is_billing
),

found_sessions AS (
  SELECT
    event_date, event_id,
    last_value(starting_id IGNORE NULLS) OVER (
      PARTITION BY event_date, user_id ORDER BY event_time, event_id
    ) AS found_session_id
  FROM starts
)

SELECT
  event_id, -- The event.
  user_id, -- The person.
  CASE
    WHEN NOT is_billing THEN coalesce(session_id, found_session_id)
  END AS session_id, -- The log's, else the first event of one ended by 30 idle minutes; null for billing.
  event_time, -- When it happened (UTC).
  event_name, -- What happened.
  CASE
    WHEN event_name = 'feature_used' THEN coalesce(feature, 'other') ELSE feature
  END AS feature, -- The feature used or rated; `other` where the log names none for a use.
  engagement_seconds, -- Attention given to a feature use (s).
  llm_rating, -- Stars given to an answer (1–5).
  interaction_id, -- The LLM interaction used or rated.
  platform, -- Client the event came from.
  plan, -- Plan of the user at that moment.
  received_at, -- When the log first received it (UTC).
  received_at > event_time + INTERVAL 1 HOUR AS is_late, -- Received more than an hour after it happened.
  coalesce(is_bot, FALSE) AS is_bot, -- More than 500 feature uses by its user that day, or 100 in 20 hours.
  event_date -- Reporting day.
FROM happened
LEFT JOIN found_sessions USING (event_date, event_id)
LEFT JOIN bots USING (event_date, user_id)
