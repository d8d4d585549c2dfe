-- What users did about money, and their uses by feature, add up to a day's events without bots.
-- table: activity.user_days
-- blocking: yes
SELECT
  event_date,
  sum(uses) AS excess_uses,
  sum(paywall_views) AS excess_paywall_views,
  sum(trial_starts) AS excess_trial_starts,
  sum(conversions) AS excess_conversions,
  sum(renewals) AS excess_renewals,
  sum(cancellations) AS excess_cancellations
FROM (
  SELECT
    event_date,
    summarize_uses + quiz_uses + explain_uses + flashcards_uses + chat_uses + other_uses AS uses,
    paywall_views, trial_starts, conversions, renewals, cancellations
  FROM activity.user_days
  WHERE event_date BETWEEN $first_day AND $last_day
  UNION ALL
  SELECT
    event_date,
    -count(*) FILTER (WHERE event_name = 'feature_used') AS uses,
    -count(*) FILTER (WHERE event_name = 'paywall_viewed') AS paywall_views,
    -count(*) FILTER (WHERE event_name = 'trial_started') AS trial_starts,
    -count(*) FILTER (WHERE event_name = 'subscribed') AS conversions,
    -count(*) FILTER (WHERE event_name = 'renewed') AS renewals,
    -count(*) FILTER (WHERE event_name = 'cancelled') AS cancellations
  FROM activity.events
  WHERE event_date BETWEEN $first_day AND $last_day AND NOT is_bot
  GROUP BY event_date
) AS sides
GROUP BY event_date
HAVING sum(uses) <> 0 OR sum(paywall_views) <> 0 OR sum(trial_starts) <> 0
  OR sum(conversions) <> 0 OR sum(renewals) <> 0 OR sum(cancellations) <> 0
ORDER BY event_date
