"""How well the detector does on labelled texts: the measures that `llm evaluate` prints.

Belongs here: measures of one set of texts. Does not: where the texts come from, or what is printed.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analytics_platform.llm_quality.detector import DETECTOR
from analytics_platform.stats.calibration import brier, calibration_in_the_large, expected_calibration_error
from analytics_platform.stats.classification import auroc, balanced_accuracy, sensitivity, share, specificity
from analytics_platform.stats.estimate import Estimate

MEASURES: Mapping[str, str] = {
    "prevalence": "Share of the texts that are labelled unsupported.",
    "auroc": "Chance that an unsupported text scores above a supported one; .5 is guessing.",
    "balanced_accuracy": "Mean of sensitivity and specificity at the shipped threshold.",
    "balanced_accuracy_refitted": "The same at a threshold chosen on the other half of these texts.",
    "sensitivity": "Share of unsupported texts that are flagged.",
    "specificity": "Share of supported texts that are not flagged.",
    "calibration_error": "Mean gap of predicted chance and observed share over tenths, less that by luck.",
    "brier": "Mean squared distance of chance and label.",
    "calibration_in_the_large": "Share unsupported less mean chance; above 0 the chances are too low.",
}
"""Measures in the order in which they are shown, and what they say."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def measures(is_unsupported: Flags, chance: Floats) -> dict[str, Estimate]:
    """All measures by name, each with its 95 % interval; NaN where a class is missing.

    Args:
        is_unsupported: the labels, shape (n,).
        chance: `unsupported_probability`, without gaps, shape (n,).
    """
    flagged = chance >= DETECTOR.threshold
    return {
        "prevalence": share(int(is_unsupported.sum()), len(is_unsupported)),
        "auroc": auroc(is_unsupported, chance),
        "balanced_accuracy": balanced_accuracy(is_unsupported, flagged),
        "balanced_accuracy_refitted": balanced_accuracy(is_unsupported, _refitted(is_unsupported, chance)),
        "sensitivity": sensitivity(is_unsupported, flagged),
        "specificity": specificity(is_unsupported, flagged),
        "calibration_error": expected_calibration_error(is_unsupported, chance),
        "brier": brier(is_unsupported, chance),
        "calibration_in_the_large": calibration_in_the_large(is_unsupported, chance),
    }


def threshold(is_unsupported: Flags, chance: Floats) -> float:
    """Chance at which the mean of sensitivity and specificity is greatest, among 189 quantiles."""
    tried = np.quantile(chance, np.linspace(0.05, 0.99, 189))
    reached = [np.mean(chance[is_unsupported] >= at) + np.mean(chance[~is_unsupported] < at) for at in tried]
    return float(tried[int(np.argmax(reached))])


def _refitted(is_unsupported: Flags, chance: Floats) -> Flags:
    """Flags at thresholds of the other half: of every second text, in the order of the classes."""
    half = np.zeros(len(chance), dtype=bool)
    for kind in (is_unsupported, ~is_unsupported):
        half[np.flatnonzero(kind)[::2]] = True
    flagged = np.zeros(len(chance), dtype=bool)
    for mine in (half, ~half):
        if 0 < is_unsupported[~mine].sum() < (~mine).sum():
            flagged[mine] = chance[mine] >= threshold(is_unsupported[~mine], chance[~mine])
    return flagged
