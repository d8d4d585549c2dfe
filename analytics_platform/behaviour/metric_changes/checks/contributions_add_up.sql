-- The segments of each dimension add up to the change of the metric, and the parts of each total to it.
-- table: behaviour.metric_changes
WITH
wholes AS (
  SELECT
    comparison, as_of_date, metric, contribution,
    after_value - before_value AS change,
    0.000000001 * greatest(1, abs(before_value), abs(after_value)) AS allowed
  FROM behaviour.metric_changes
  WHERE dimension = 'overall' AND component = 'total'
),

-- Each way to add up: a metric's change, the sum that must equal it, and what is summed.
sums AS (
  SELECT comparison, as_of_date, metric, dimension, 'segments' AS summed, sum(contribution) AS total
  FROM behaviour.metric_changes
  WHERE component = 'total'
  GROUP BY comparison, as_of_date, metric, dimension
  UNION ALL
  SELECT comparison, as_of_date, metric, dimension, 'mix and rate' AS summed, sum(contribution) AS total
  FROM behaviour.metric_changes
  WHERE component IN ('mix', 'rate')
  GROUP BY comparison, as_of_date, metric, dimension
  UNION ALL
  SELECT comparison, as_of_date, metric, dimension, 'numerator and denominator' AS summed, sum(contribution) AS total
  FROM behaviour.metric_changes
  WHERE component IN ('numerator', 'denominator')
  GROUP BY comparison, as_of_date, metric, dimension
  UNION ALL
  SELECT comparison, as_of_date, metric, dimension, 'users and per user' AS summed, sum(contribution) AS total
  FROM behaviour.metric_changes
  WHERE component IN ('users', 'per_user')
  GROUP BY comparison, as_of_date, metric, dimension
)

SELECT
  sums.comparison, sums.as_of_date, sums.metric, sums.dimension, sums.summed, sums.total, wholes.contribution
FROM sums
LEFT JOIN wholes
  ON wholes.comparison = sums.comparison AND wholes.as_of_date = sums.as_of_date AND wholes.metric = sums.metric
WHERE wholes.contribution IS NULL
  OR abs(sums.total - wholes.contribution) > wholes.allowed
  OR abs(wholes.contribution - wholes.change) > wholes.allowed
ORDER BY sums.comparison, sums.as_of_date, sums.metric, sums.dimension, sums.summed
