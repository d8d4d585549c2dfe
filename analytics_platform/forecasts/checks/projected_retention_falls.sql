-- A curve never grows with the weeks, begins at its anchor, and lies within 0 and 1 and its interval.
-- table: forecasts.retention_curves
SELECT dimension, segment, model, week, observed, projected, share_before
FROM (
  SELECT
    dimension, segment, model, week, anchor_week, observed, projected, projected_low, projected_high,
    coalesce(observed, projected) AS share,
    lag(coalesce(observed, projected)) OVER (
      PARTITION BY dimension, segment, model ORDER BY week
    ) AS share_before
  FROM forecasts.retention_curves
) AS weeks
WHERE share IS NULL OR share < 0 OR share > 1 OR share > share_before + 1e-9
  OR (week = anchor_week AND abs(observed - projected) > 1e-9)
  OR (week >= anchor_week AND projected IS NULL)
  OR projected_low > projected_high
