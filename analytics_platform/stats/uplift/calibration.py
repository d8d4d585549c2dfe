"""Whether predicted uplift comes true: the best linear predictor of effects, and uplift by bin.

Source: Chernozhukov, Demirer, Duflo & Fernández-Val (2018), Generic machine learning inference on
heterogeneous treatment effects.
"""

from dataclasses import dataclass

import numpy as np

from analytics_platform.stats.uplift.estimates import Estimate, mean
from analytics_platform.stats.uplift.trial import Floats


@dataclass(frozen=True)
class Calibration:
    """The line that best predicts effects from predictions; slope 1 and intercept 0 are calibrated.

    Attributes:
        slope: effect gained for each unit of predicted uplift, without unit; 0: predictions say nothing.
        intercept: effect where the prediction is 0, in units of the outcome.
    """

    slope: Estimate
    intercept: Estimate


@dataclass(frozen=True)
class Bin:
    """Units of similar predictions.

    Attributes:
        units: how many.
        predicted: their mean predicted uplift, in units of the outcome.
        observed: their mean effect, in units of the outcome.
    """

    units: int
    predicted: float
    observed: Estimate


def best_linear_predictor(scores: Floats, predicted: Floats, alpha: float = 0.05) -> Calibration | None:
    """Regress doubly robust scores (n,) on predictions (n,), with HC3 standard errors.

    Returns:
        None where predictions are all alike, so that no slope is to be had.
    """
    centred = predicted - predicted.mean()
    spread = float(centred @ centred)
    if spread <= (1e-9 * np.abs(predicted).max()) ** 2 * len(predicted):
        return None
    slope = centred @ scores / spread
    residual = scores - scores.mean() - slope * centred
    leverage = 1 / len(scores) + centred**2 / spread
    weights = np.stack([centred / spread, 1 / len(scores) - predicted.mean() * centred / spread])
    errors = np.sqrt((weights**2 * (residual / (1 - leverage)) ** 2).sum(axis=-1))
    values = np.array([slope, scores.mean() - slope * predicted.mean()])
    return Calibration(*(Estimate.normal(values[i], errors[i], alpha) for i in range(2)))


def bins(scores: Floats, predicted: Floats, count: int = 5, alpha: float = 0.05) -> list[Bin]:
    """Bins of equal size by prediction, lowest first; fewer where predictions tie or units are few.

    Args:
        scores: doubly robust scores, (n,).
        predicted: predicted uplift, (n,).
        count: bins asked for.
        alpha: 1 − level of the intervals.
    """
    edges = np.unique(np.quantile(predicted, np.arange(1, count) / count))
    place = np.searchsorted(edges, predicted, side="left")
    members = [place == number for number in range(len(edges) + 1)]
    return [
        Bin(int(chosen.sum()), float(predicted[chosen].mean()), mean(scores[chosen], alpha))
        for chosen in members
        if chosen.sum() >= 2
    ]
