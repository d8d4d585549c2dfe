-- A planted regression of a model is found within three days, its own day being the first.
-- table: validation.quality_recovery
-- severity: warn
SELECT quantity, segment, estimate
FROM validation.quality_recovery
WHERE quantity = 'days_to_alarm' AND (estimate IS NULL OR estimate > 3)
