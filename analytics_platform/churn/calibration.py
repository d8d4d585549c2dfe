"""Calibration: a model's log odds made to agree with what came of users it had not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics_platform.churn.design import Floats

ENOUGH = 50
PULL = 10.0
STEPS = 50
LONGEST_STEP = 0.5


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

    Base rates drift with the season, so the intercept is the newest one; the slope is drawn towards 1 as
    if by a few users, and with fewer than 50 of either outcome both stay as they are.

    Args:
        logit: log odds by a model that had seen nothing of the snapshot's outcome, shape (n,).
        y: whether the user left, shape (n,).

    Source: Platt (1999), *Advances in Large Margin Classifiers*, fitted by Newton's method.
    """
    if min(y.sum(), (~y).sum()) < ENOUGH:
        return UNCALIBRATED
    design = np.column_stack([np.ones(len(y)), logit])
    weights = np.array([0.0, 1.0])
    pull = np.array([0.0, PULL])
    for _ in range(STEPS):
        chance = expit(design @ weights)
        slope = design.T @ (y - chance) - pull * (weights - [0.0, 1.0])
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(pull + 1e-9)
        step = np.linalg.solve(curve, slope)
        weights = weights + step * min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return Calibration(slope=float(weights[1]), intercept=float(weights[0]))
