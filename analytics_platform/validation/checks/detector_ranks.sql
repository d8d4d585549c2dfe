-- Unaided, the detector ranks texts of an unseen seed as well as hoped, and no better than real text allows.
-- table: validation.detector
-- severity: warn
SELECT split, dimension, segment, measure, estimate, low, high
FROM validation.detector
WHERE dimension = 'overall' AND measure = 'auroc' AND estimate NOT BETWEEN 0.75 AND 0.85
