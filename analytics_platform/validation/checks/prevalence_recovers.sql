-- The prevalence by labels and judge, with experts' errors allowed for, holds the planted share overall.
-- table: validation.quality_recovery
-- severity: warn
SELECT quantity, method, dimension, segment, estimate, low, high, truth
FROM validation.quality_recovery
WHERE method = 'ppi, consensus' AND dimension = 'overall' AND NOT is_covered
