SELECT
  ratings.interaction_id, ratings.rater_id, coalesce(ratings.rater_group, 'unknown') AS rater_group,
  ratings.criterion, ratings.score,
  interactions.event_date, interactions.feature, interactions.model_version, interactions.prompt_version
FROM raw.human_ratings AS ratings
JOIN raw.interactions AS interactions ON interactions.interaction_id = ratings.interaction_id
