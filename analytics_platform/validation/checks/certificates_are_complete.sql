-- There are certificates of shipped methods and of foils, and each has an observed value where it holds.
-- table: validation.certificates
SELECT shipped, foils, without_value
FROM (
  SELECT
    count(*) FILTER (WHERE is_shipped) AS shipped,
    count(*) FILTER (WHERE NOT is_shipped) AS foils,
    count(*) FILTER (WHERE is_within_band AND observed IS NULL) AS without_value
  FROM validation.certificates
) AS counts
WHERE shipped = 0 OR foils = 0 OR without_value > 0
