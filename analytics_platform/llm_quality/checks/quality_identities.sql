-- A part never exceeds its whole: flagged ≤ judged ≤ scored ≤ captured ≤ calls; latency rises by quantile.
-- table: llm_quality.quality_daily
SELECT event_date, dimension, segment, interactions, captured, scored, judged, flagged
FROM llm_quality.quality_daily
WHERE event_date BETWEEN $first_day AND $last_day
  AND (
    answered > interactions OR refused > interactions OR errors > interactions OR captured > interactions
    OR scored > captured OR judged > scored OR flagged > judged OR pii_outputs > scored
    OR latency_p50_ms > latency_p95_ms OR latency_p95_ms > latency_p99_ms
    OR unsupported_probability_mean NOT BETWEEN 0 AND 1 OR good_answers > answered
  )
ORDER BY event_date, dimension, segment
