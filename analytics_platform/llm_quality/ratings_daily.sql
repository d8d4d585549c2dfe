-- One row per reporting day and segment: what users said of answers, with intervals over users.
-- key: event_date, dimension, segment
WITH
asked AS (
  SELECT
    interactions.interaction_id, interactions.event_date, interactions.feature, interactions.model_version,
    interactions.prompt_version, coalesce(known.role, 'student') AS role
  FROM raw.interactions AS interactions
  LEFT JOIN raw.users AS known ON known.user_id = interactions.user_id
  WHERE interactions.event_date BETWEEN CAST($first_day AS DATE) - 7 AND $last_day
),

-- A rating of an answer older than a week, or of one that was not traced, counts where it can.
rated AS (
  SELECT
    events.event_date, events.user_id, events.llm_rating,
    coalesce(asked.feature, events.feature, 'other') AS feature,
    coalesce(asked.model_version, 'unknown') AS model_version,
    coalesce(asked.prompt_version, 'unknown') AS prompt_version,
    coalesce(asked.role, known.role, 'student') AS role
  FROM activity.events AS events
  LEFT JOIN asked
    ON asked.interaction_id = events.interaction_id
    AND asked.event_date BETWEEN events.event_date - 7 AND events.event_date
  LEFT JOIN raw.users AS known ON known.user_id = events.user_id
  WHERE events.event_date BETWEEN $first_day AND $last_day
    AND events.event_name = 'rated'
    AND events.llm_rating IS NOT NULL
    AND NOT events.is_bot
),

dimensions AS (
  SELECT dimension
  FROM (VALUES ('overall'), ('feature'), ('model_version'), ('prompt_version'), ('role')) AS d (dimension)
),

by_user AS (
  SELECT
    event_date, dimension,
    CASE dimension
      WHEN 'overall' THEN 'all'
      WHEN 'feature' THEN feature
      WHEN 'model_version' THEN model_version
      WHEN 'prompt_version' THEN prompt_version
      ELSE role
    END AS segment,
    user_id,
    CAST(count(*) AS DOUBLE) AS n,
    CAST(sum(llm_rating) AS DOUBLE) AS stars,
    CAST(count(*) FILTER (WHERE llm_rating >= 4) AS DOUBLE) AS satisfied
  FROM rated
  CROSS JOIN dimensions
  GROUP BY 1, 2, 3, 4
),

sums AS (
  SELECT
    event_date, dimension, segment,
    count(*) AS users,
    sum(n) AS n,
    sum(stars) AS stars,
    sum(satisfied) AS satisfied,
    sum(n * n) AS n_n,
    sum(n * stars) AS n_stars,
    sum(stars * stars) AS stars_stars,
    sum(n * satisfied) AS n_satisfied,
    sum(satisfied * satisfied) AS satisfied_satisfied
  FROM by_user
  GROUP BY event_date, dimension, segment
),

-- Ratio of sums over users; its error by the delta method, users being independent.
estimates AS (
  SELECT
    event_date, dimension, segment, users, n, satisfied,
    stars / n AS rating_mean,
    satisfied / n AS satisfied_share,
    CASE
      WHEN users >= 30 THEN 1.959964 * sqrt(
        greatest(stars_stars - 2 * (stars / n) * n_stars + (stars / n) * (stars / n) * n_n, 0)
        * users / (users - 1)
      ) / n
    END AS rating_reach,
    CASE
      WHEN users >= 30 THEN 1.959964 * sqrt(
        greatest(
          satisfied_satisfied - 2 * (satisfied / n) * n_satisfied
          + (satisfied / n) * (satisfied / n) * n_n, 0
        ) * users / (users - 1)
      ) / n
    END AS satisfied_reach
  FROM sums
),

answered AS (
  SELECT
    event_date, dimension,
    CASE dimension
      WHEN 'overall' THEN 'all'
      WHEN 'feature' THEN feature
      WHEN 'model_version' THEN model_version
      WHEN 'prompt_version' THEN prompt_version
      ELSE role
    END AS segment,
    count(*) AS interactions
  FROM asked
  CROSS JOIN dimensions
  WHERE event_date BETWEEN $first_day AND $last_day
  GROUP BY 1, 2, 3
)

SELECT
  dimension, -- What answers are divided by: overall, feature, model_version, prompt_version or role.
  segment, -- Value of the dimension; `all` for overall, `unknown` where the answer was not traced.
  answered.interactions, -- Calls of the model that day; null where none was traced.
  users, -- Users who rated.
  CAST(n AS BIGINT) AS ratings, -- Ratings given that day.
  rating_mean, -- Mean stars (1–5).
  CASE WHEN rating_reach IS NOT NULL THEN greatest(rating_mean - rating_reach, 1) END
    AS rating_low, -- Lower limit of its 95 % interval; null below 30 users.
  CASE WHEN rating_reach IS NOT NULL THEN least(rating_mean + rating_reach, 5) END
    AS rating_high, -- Upper limit.
  CAST(satisfied AS BIGINT) AS satisfied_ratings, -- Ratings of 4 or 5 stars.
  satisfied_share, -- Their share of ratings.
  CASE WHEN satisfied_reach IS NOT NULL THEN greatest(satisfied_share - satisfied_reach, 0) END
    AS satisfied_low, -- Lower limit of its 95 % interval.
  CASE WHEN satisfied_reach IS NOT NULL THEN least(satisfied_share + satisfied_reach, 1) END
    AS satisfied_high, -- Upper limit.
  n / nullif(answered.interactions, 0) AS rated_share, -- Ratings per call; raters are no random sample.
  event_date -- Reporting day.
FROM estimates
LEFT JOIN answered USING (event_date, dimension, segment)
