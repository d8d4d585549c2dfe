-- Totals of each user over the answers of one version and some days. $kind is model or prompt.
WITH
answers AS (
  SELECT
    interaction_id, user_id, latency_ms, cost_usd, status,
    CASE WHEN $kind = 'model' THEN model_version ELSE prompt_version END AS version
  FROM raw.interactions
  WHERE event_date BETWEEN $first_day AND $last_day
),

stars AS (
  SELECT
    interaction_id, count(*) AS ratings, sum(llm_rating) AS stars,
    count(*) FILTER (WHERE llm_rating >= 4) AS satisfied
  FROM activity.events
  WHERE event_name = 'rated'
    AND llm_rating IS NOT NULL
    AND NOT is_bot
    AND event_date BETWEEN $first_day AND CAST($last_day AS DATE) + 7
  GROUP BY interaction_id
)

SELECT
  user_id,
  CAST(count(*) AS DOUBLE) AS answers,
  CAST(count(*) FILTER (WHERE status <> 'ok') AS DOUBLE) AS failures,
  coalesce(sum(cost_usd), 0) AS cost_usd,
  CAST(coalesce(sum(ratings), 0) AS DOUBLE) AS ratings,
  CAST(coalesce(sum(stars), 0) AS DOUBLE) AS stars,
  CAST(coalesce(sum(satisfied), 0) AS DOUBLE) AS satisfied
FROM answers
LEFT JOIN stars USING (interaction_id)
WHERE version = $version
GROUP BY user_id
ORDER BY user_id
