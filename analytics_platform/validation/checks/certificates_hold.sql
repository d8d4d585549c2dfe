-- Every certificate of a shipped method lies inside its band.
-- table: validation.certificates
SELECT method, metric_kind, design, sample, quantity, effect_kind, lower_band, upper_band, observed
FROM validation.certificates
WHERE is_shipped AND NOT is_within_band
ORDER BY method, metric_kind, design, sample, quantity, effect_kind
