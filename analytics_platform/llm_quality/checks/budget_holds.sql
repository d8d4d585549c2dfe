-- No case went unjudged because the judge's daily budget was spent.
-- table: llm_quality.judgements
-- severity: warn
SELECT event_date, judge, count(*) AS unjudged, sum(cost_usd) AS cost_usd
FROM llm_quality.judgements
WHERE event_date BETWEEN $first_day AND $last_day AND status = 'over_budget'
GROUP BY event_date, judge
ORDER BY event_date, judge
