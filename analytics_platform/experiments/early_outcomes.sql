-- Users of one experiment, and those whose first session of the exposure's day began before it (by over a minute).
SELECT
  count(DISTINCT exposures.user_id) FILTER (
    WHERE sessions.started_at < exposures.exposed_at - INTERVAL '1 minute'
  ) AS early,
  count(DISTINCT exposures.user_id) AS users
FROM experiments.exposures AS exposures
LEFT JOIN activity.sessions AS sessions
  ON sessions.user_id = exposures.user_id AND sessions.event_date = exposures.event_date
WHERE exposures.experiment_id = $experiment AND NOT exposures.is_excluded AND exposures.event_date <= $as_of
