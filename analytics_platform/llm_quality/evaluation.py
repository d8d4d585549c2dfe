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
        "sensitivity": sensitivity(is_unsupported, flagged),
        "specificity": specificity(is_unsupported, flagged),
        "calibration_error": expected_calibration_error(is_unsupported, chance),
        "brier": brier(is_unsupported, chance),
        "calibration_in_the_large": calibration_in_the_large(is_unsupported, chance),
    }
