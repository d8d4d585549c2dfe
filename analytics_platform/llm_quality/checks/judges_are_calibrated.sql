-- A judge's mean probability is within 10 points of the experts' share, and it ranks better than chance.
-- table: llm_quality.judge_calibration
-- severity: warn
SELECT judge, criterion, dimension, segment, measure, estimate, low, high, n
FROM llm_quality.judge_calibration
WHERE dimension = 'overall'
  AND (
    (measure = 'calibration_gap' AND (low > 0.1 OR high < -0.1))
    OR (measure = 'auroc' AND low <= 0.5)
  )
ORDER BY judge, criterion, measure
