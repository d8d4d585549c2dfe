-- One row per reporting day and segment: what the scoring signals, latency and cost say of the answers.
-- A flag is a weak signal and no rate of unsupported answers: that is estimated in `llm_quality.prevalence`.
-- key: event_date, dimension, segment
WITH
asked AS (
  SELECT
    interactions.event_date, interactions.interaction_id, interactions.user_id, interactions.feature,
    interactions.model_version, interactions.prompt_version, interactions.status, interactions.input_tokens,
    interactions.output_tokens, interactions.latency_ms, interactions.cost_usd,
    interactions.output_text IS NOT NULL AS is_captured,
    coalesce(known.role, 'student') AS role,
    CAST(interactions.grade_level AS TEXT) AS grade_level
  FROM raw.interactions AS interactions
  LEFT JOIN raw.users AS known ON known.user_id = interactions.user_id
  WHERE interactions.event_date BETWEEN $first_day AND $last_day
),

scored AS (
  SELECT
    asked.*,
    scores.interaction_id IS NOT NULL AS is_scored,
    scores.unsupported_probability,
    scores.is_flagged,
    scores.is_refusal,
    scores.is_format_failure,
    scores.pii_count,
    scores.quiz_is_valid,
    scores.coverage,
    scores.readability_gap
  FROM asked
  LEFT JOIN llm_quality.interaction_scores AS scores
    ON scores.interaction_id = asked.interaction_id AND scores.event_date = asked.event_date
),

dimensions AS (
  SELECT dimension
  FROM (
    VALUES ('overall'), ('feature'), ('model_version'), ('prompt_version'), ('role'), ('grade_level')
  ) AS d (dimension)
),

placed AS (
  SELECT
    scored.*, dimension,
    CASE dimension
      WHEN 'overall' THEN 'all'
      WHEN 'feature' THEN feature
      WHEN 'model_version' THEN model_version
      WHEN 'prompt_version' THEN prompt_version
      WHEN 'role' THEN role
      ELSE grade_level
    END AS segment
  FROM scored
  CROSS JOIN dimensions
),

counts AS (
  SELECT
    event_date, dimension, segment,
    count(*) AS interactions,
    count(*) FILTER (WHERE status = 'ok') AS answered,
    count(*) FILTER (WHERE status = 'refused' OR is_refusal) AS refused,
    count(*) FILTER (WHERE status = 'error') AS errors,
    count(*) FILTER (WHERE is_captured) AS captured,
    count(*) FILTER (WHERE is_scored) AS scored,
    count(unsupported_probability) AS judged,
    count(*) FILTER (WHERE is_flagged) AS flagged,
    count(*) FILTER (WHERE is_format_failure) AS format_failures,
    count(*) FILTER (WHERE pii_count > 0) AS pii_outputs,
    avg(CASE WHEN quiz_is_valid THEN 1.0 WHEN NOT quiz_is_valid THEN 0.0 END) AS quiz_valid_share,
    avg(coverage) AS coverage_mean,
    avg(readability_gap) AS readability_gap_mean,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) AS latency_p50_ms,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) AS latency_p95_ms,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY latency_ms) AS latency_p99_ms,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cost_usd) AS cost_usd
  FROM placed
  WHERE segment IS NOT NULL
  GROUP BY event_date, dimension, segment
),

by_user AS (
  SELECT
    event_date, dimension, segment, user_id,
    CAST(count(*) AS DOUBLE) AS n,
    sum(unsupported_probability) AS total,
    CAST(count(*) FILTER (WHERE is_flagged) AS DOUBLE) AS flags
  FROM placed
  WHERE segment IS NOT NULL AND unsupported_probability IS NOT NULL
  GROUP BY event_date, dimension, segment, user_id
),

sums AS (
  SELECT
    event_date, dimension, segment,
    count(*) AS users,
    sum(n) AS n,
    sum(total) AS total,
    sum(flags) AS flags,
    sum(n * n) AS n_n,
    sum(n * total) AS n_total,
    sum(total * total) AS total_total,
    sum(n * flags) AS n_flags,
    sum(flags * flags) AS flags_flags
  FROM by_user
  GROUP BY event_date, dimension, segment
),

-- Ratio of sums over users; its error by the delta method, users being independent.
estimates AS (
  SELECT
    event_date, dimension, segment,
    total / n AS probability_mean,
    flags / n AS flagged_share,
    CASE
      WHEN users >= 30 THEN 1.959964 * sqrt(
        greatest(total_total - 2 * (total / n) * n_total + (total / n) * (total / n) * n_n, 0)
        * users / (users - 1)
      ) / n
    END AS probability_reach,
    CASE
      WHEN users >= 30 THEN 1.959964 * sqrt(
        greatest(flags_flags - 2 * (flags / n) * n_flags + (flags / n) * (flags / n) * n_n, 0)
        * users / (users - 1)
      ) / n
    END AS flagged_reach
  FROM sums
)

SELECT
  dimension, -- overall, feature, model_version, prompt_version, role or grade_level.
  segment, -- Value of the dimension; `all` for overall. Grades are known of captured calls alone.
  interactions, -- Calls of the model.
  answered, -- Calls that ended with an answer.
  refused, -- Calls that the model refused, by status or in words.
  errors, -- Calls that failed.
  captured, -- Calls whose answer was captured as text.
  scored, -- Captured answers that were scored.
  judged, -- Scored answers that could be compared with their source.
  probability_mean AS unsupported_probability_mean, -- Mean probability of an unsupported claim.
  CASE WHEN probability_reach IS NOT NULL THEN greatest(probability_mean - probability_reach, 0) END
    AS unsupported_probability_low, -- Lower limit of its 95 % sampling interval; null below 30 users.
  CASE WHEN probability_reach IS NOT NULL THEN least(probability_mean + probability_reach, 1) END
    AS unsupported_probability_high, -- Upper limit.
  flagged, -- Answers flagged as unsupported.
  flagged_share, -- Their share of answers compared.
  CASE WHEN flagged_reach IS NOT NULL THEN greatest(flagged_share - flagged_reach, 0) END
    AS flagged_low, -- Lower limit of its 95 % sampling interval.
  CASE WHEN flagged_reach IS NOT NULL THEN least(flagged_share + flagged_reach, 1) END
    AS flagged_high, -- Upper limit.
  format_failures, -- Answers that are not in the format asked for.
  pii_outputs, -- Answers with personal data.
  quiz_valid_share, -- Quizzes without a fault found.
  coverage_mean, -- Mean share of the note's content that summaries hold.
  readability_gap_mean, -- Mean reading grade above the declared one (grades).
  latency_p50_ms, -- Median latency (ms).
  latency_p95_ms, -- 95th percentile of latency (ms).
  latency_p99_ms, -- 99th percentile of latency (ms).
  CAST(input_tokens AS BIGINT) AS input_tokens, -- Tokens sent.
  CAST(output_tokens AS BIGINT) AS output_tokens, -- Tokens received.
  cost_usd, -- Price of the calls (US dollars).
  answered * (1 - probability_mean) AS good_answers, -- Answers expected to hold no unsupported claim.
  cost_usd / nullif(answered * (1 - probability_mean), 0)
    AS cost_per_good_answer_usd, -- Price of the calls per such answer (US dollars).
  event_date -- Reporting day.
FROM counts
LEFT JOIN estimates USING (event_date, dimension, segment)
