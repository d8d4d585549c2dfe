-- A day is scored by a model that knew nothing after it.
-- table: churn.scores
SELECT event_date, model_version, model_cut_off_date, count(*) AS users
FROM churn.scores
WHERE event_date BETWEEN $first_day AND $last_day AND model_cut_off_date > event_date
GROUP BY event_date, model_version, model_cut_off_date
