-- Both values of a metric over everybody equal those of behaviour.kpi_daily over the same days.
-- table: behaviour.metric_changes
WITH
changes AS (
  SELECT comparison, as_of_date, metric, before_value, after_value
  FROM behaviour.metric_changes
  WHERE dimension = 'overall' AND component = 'total'
),

-- Days of each period: how many, and how many days before the last they lie.
periods AS (
  SELECT comparison, is_after, days, offset_days
  FROM (
    VALUES
      ('week', TRUE, 7, 0), ('week', TRUE, 7, 1), ('week', TRUE, 7, 2), ('week', TRUE, 7, 3), ('week', TRUE, 7, 4),
      ('week', TRUE, 7, 5), ('week', TRUE, 7, 6), ('week', FALSE, 7, 7), ('week', FALSE, 7, 8), ('week', FALSE, 7, 9),
      ('week', FALSE, 7, 10), ('week', FALSE, 7, 11), ('week', FALSE, 7, 12), ('week', FALSE, 7, 13),
      ('day', TRUE, 1, 0), ('day', FALSE, 4, 7), ('day', FALSE, 4, 14), ('day', FALSE, 4, 21), ('day', FALSE, 4, 28)
  ) AS p (comparison, is_after, days, offset_days)
),

-- Counts of everybody as means per day of the period.
means AS (
  SELECT
    compared.comparison, compared.as_of_date, periods.is_after,
    CAST(sum(dau) AS DOUBLE) / nullif(max(days), 0) AS dau,
    CAST(sum(new_users) AS DOUBLE) / nullif(max(days), 0) AS new_users,
    CAST(sum(sessions) AS DOUBLE) / nullif(max(days), 0) AS sessions,
    CAST(sum(events) AS DOUBLE) / nullif(max(days), 0) AS events,
    CAST(sum(engagement_seconds) AS DOUBLE) / nullif(max(days), 0) AS engagement_seconds,
    CAST(sum(ratings) AS DOUBLE) / nullif(max(days), 0) AS ratings,
    CAST(sum(rating_sum) AS DOUBLE) / nullif(max(days), 0) AS rating_sum,
    CAST(sum(ratings_4_plus) AS DOUBLE) / nullif(max(days), 0) AS ratings_4_plus,
    CAST(sum(paywall_views) AS DOUBLE) / nullif(max(days), 0) AS paywall_views,
    CAST(sum(trial_starts) AS DOUBLE) / nullif(max(days), 0) AS trial_starts,
    CAST(sum(conversions) AS DOUBLE) / nullif(max(days), 0) AS conversions,
    CAST(sum(renewals) AS DOUBLE) / nullif(max(days), 0) AS renewals,
    CAST(sum(cancellations) AS DOUBLE) / nullif(max(days), 0) AS cancellations,
    CAST(sum(cohort_1d) AS DOUBLE) / nullif(max(days), 0) AS cohort_1d,
    CAST(sum(retained_1d) AS DOUBLE) / nullif(max(days), 0) AS retained_1d,
    CAST(sum(cohort_7d) AS DOUBLE) / nullif(max(days), 0) AS cohort_7d,
    CAST(sum(retained_7d) AS DOUBLE) / nullif(max(days), 0) AS retained_7d,
    CAST(sum(cohort_30d) AS DOUBLE) / nullif(max(days), 0) AS cohort_30d,
    CAST(sum(retained_30d) AS DOUBLE) / nullif(max(days), 0) AS retained_30d,
    CAST(sum(trials_28d) AS DOUBLE) / nullif(max(days), 0) AS trials_28d,
    CAST(sum(converted_28d) AS DOUBLE) / nullif(max(days), 0) AS converted_28d
  FROM (SELECT DISTINCT comparison, as_of_date FROM changes) AS compared
  JOIN periods ON periods.comparison = compared.comparison
  LEFT JOIN behaviour.kpi_daily AS kpis
    ON kpis.event_date = compared.as_of_date - periods.offset_days AND kpis.dimension = 'overall'
  GROUP BY compared.comparison, compared.as_of_date, periods.is_after
),

pairs AS (
  SELECT
    comparison, as_of_date, metric, is_after,
    CASE WHEN is_after THEN after_value ELSE before_value END AS found_value,
    CASE metric
      WHEN 'sessions_per_user' THEN sessions / nullif(dau, 0)
      WHEN 'events_per_session' THEN events / nullif(sessions, 0)
      WHEN 'engagement_seconds_per_session' THEN engagement_seconds / nullif(sessions, 0)
      WHEN 'engagement_seconds_per_user' THEN engagement_seconds / nullif(dau, 0)
      WHEN 'rating_mean' THEN rating_sum / nullif(ratings, 0)
      WHEN 'satisfied_share' THEN ratings_4_plus / nullif(ratings, 0)
      WHEN 'retention_1d' THEN retained_1d / nullif(cohort_1d, 0)
      WHEN 'retention_7d' THEN retained_7d / nullif(cohort_7d, 0)
      WHEN 'retention_30d' THEN retained_30d / nullif(cohort_30d, 0)
      WHEN 'conversion_rate' THEN converted_28d / nullif(trials_28d, 0)
      WHEN 'dau' THEN coalesce(dau, 0)
      WHEN 'new_users' THEN coalesce(new_users, 0)
      WHEN 'sessions' THEN coalesce(sessions, 0)
      WHEN 'events' THEN coalesce(events, 0)
      WHEN 'engagement_seconds' THEN coalesce(engagement_seconds, 0)
      WHEN 'ratings' THEN coalesce(ratings, 0)
      WHEN 'paywall_views' THEN coalesce(paywall_views, 0)
      WHEN 'trial_starts' THEN coalesce(trial_starts, 0)
      WHEN 'conversions' THEN coalesce(conversions, 0)
      WHEN 'renewals' THEN coalesce(renewals, 0)
      WHEN 'cancellations' THEN coalesce(cancellations, 0)
    END AS kpi_value
  FROM changes
  JOIN means USING (comparison, as_of_date)
)

SELECT comparison, as_of_date, metric, is_after, found_value, kpi_value
FROM pairs
WHERE found_value IS NULL
  OR kpi_value IS NULL
  OR abs(found_value - kpi_value) > 0.000001 * greatest(1, abs(kpi_value))
ORDER BY comparison, as_of_date, metric, is_after
