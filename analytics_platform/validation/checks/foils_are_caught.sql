-- Every method that is wrong on purpose lies outside its band in at least one quantity.
-- table: validation.certificates
SELECT method, metric_kind, design, sample
FROM validation.certificates
WHERE NOT is_shipped AND note LIKE 'foil:%'
GROUP BY method, metric_kind, design, sample
HAVING bool_and(is_within_band)
ORDER BY method, metric_kind, design, sample
