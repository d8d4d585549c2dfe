-- Every user with a logged exposure stands in the table once, whether counted or left out.
-- table: experiments.exposures
-- blocking: yes
SELECT experiment_id, user_id
FROM (SELECT DISTINCT experiment_id, user_id FROM raw.exposures) AS logged
LEFT JOIN (
  SELECT experiment_id, user_id, count(*) AS rows FROM experiments.exposures GROUP BY experiment_id, user_id
) AS kept USING (experiment_id, user_id)
WHERE coalesce(rows, 0) <> 1
