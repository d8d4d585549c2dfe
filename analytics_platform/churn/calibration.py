"""Calibration: a model's log odds made to agree with what came of users it had not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics_platform.churn.design import Floats
from analytics_platform.stats.calibration import logistic

ENOUGH = 50
PULL = 10.0
LEAST_SLOPE, MOST_SLOPE = 1 / 3, 3.0
HELD = 1e9


@dataclass(frozen=True)
class Calibration:
    """Log odds after calibration are `intercept + slope * logit`."""

    slope: float = 1.0
    intercept: float = 0.0

    def probability(self, logit: Floats) -> Floats:
        """Chance of leaving, shape (n,)."""
        return expit(self.intercept + self.slope * logit)


UNCALIBRATED = Calibration()


def platt(logit: Floats, y: NDArray[np.bool_]) -> Calibration:
    """Slope and intercept of the newest snapshot whose outcome is known, held out in time.

    Base rates drift with the season, so the intercept is the newest one. The slope is drawn towards 1 as if
    by a few users and kept within a third and three: one odd snapshot must not turn a ranking round. With
    fewer than 50 of either outcome both stay as they are.

    Args:
        logit: log odds by a model that had seen nothing of the snapshot's outcome, shape (n,).
        y: whether the user left, shape (n,).

    Source: Platt (1999), *Advances in Large Margin Classifiers*, fitted by Newton's method.
    """
    if min(y.sum(), (~y).sum()) < ENOUGH:
        return UNCALIBRATED
    free = logistic(logit, y, np.array([0.0, 1.0]), np.array([0.0, PULL]))
    slope = float(np.clip(free[1], LEAST_SLOPE, MOST_SLOPE))
    intercept, _ = logistic(logit, y, np.array([free[0], slope]), np.array([0.0, HELD]))
    return Calibration(slope=slope, intercept=float(intercept))
