"""A judge against the experts: does it rank answers as they do, and does its probability mean what it says?

The truth is the majority of the experts; answers on which they are split are left out. What experts get
wrong themselves bounds every measure: see the human ceiling of `rater_agreement`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.llm_quality.judged import Pairing
from analytics_platform.llm_quality.panel import slices
from analytics_platform.llm_quality.tables import JUDGE_CALIBRATION, Row, as_table
from analytics_platform.stats import calibration, classification
from analytics_platform.stats.agreement import cohen_kappa
from analytics_platform.stats.estimate import Estimate
from analytics_platform.stats.judge_bias import length_bias

LEAST_ITEMS = 50
SPLIT = 0.5


def judge_calibration(paired: Iterable[Pairing], words: pl.DataFrame) -> pa.Table:
    """Rows of `llm_quality.judge_calibration`.

    Args:
        paired: of `pairings`.
        words: interaction_id and words of each scored answer.
    """
    return as_table((row for pairing in paired for row in _rows(pairing, words)), JUDGE_CALIBRATION)


def _rows(pairing: Pairing, words: pl.DataFrame) -> Iterator[Row]:
    known = pairing.rows.filter(pl.col("panel").is_not_null() & (pl.col("panel") != SPLIT))
    known = known.join(words, on="interaction_id", how="left").sort("interaction_id")
    for dimension, segment, rows in slices(known):
        truth = (rows["panel"] > SPLIT).to_numpy()
        if len(truth) < LEAST_ITEMS or truth.all() or not truth.any():
            continue
        about: dict[str, Any] = {
            "judge": pairing.judge,
            "criterion": pairing.criterion.name,
            "dimension": dimension,
            "segment": segment,
        }
        chance = rows["probability"].to_numpy()
        verdict = rows["verdict"].to_numpy()
        for measure, found in _measures(truth, chance, verdict, rows["words"].to_numpy()).items():
            yield about | {"measure": measure} | _told(found)
        for one in calibration.reliability(truth, chance):
            yield about | {"measure": "bin", "bin_low": one.low, "bin_high": one.high} | _told(one.observed)


def _measures(
    truth: np.ndarray, chance: np.ndarray, verdict: np.ndarray, words: np.ndarray
) -> dict[str, Estimate]:
    found = {
        "auroc": classification.auroc(truth, chance),
        "sensitivity": classification.sensitivity(truth, verdict),
        "specificity": classification.specificity(truth, verdict),
        "balanced_accuracy": classification.balanced_accuracy(truth, verdict),
        "kappa": cohen_kappa(truth.astype(float), verdict.astype(float)),
        "brier": calibration.brier(truth, chance),
        "calibration_error": calibration.expected_calibration_error(truth, chance),
        "calibration_gap": calibration.calibration_in_the_large(truth, chance),
    }
    is_known = np.isfinite(words.astype(float))
    if is_known.all():
        found["length_bias"] = length_bias(chance, truth.astype(float), words.astype(float))
    return found


def _told(found: Estimate) -> dict[str, object]:
    return {"estimate": found.estimate, "low": found.low, "high": found.high, "n": found.n}
