"""Differences of two shares of independent units: an interval for few units too, and the test that fits it.

Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analytics_platform.stats.wilson import wilson

Floats = NDArray[np.float64]

HALVINGS = 60
FARTHEST = 37.0
"""Standard errors beyond which a p-value is 0 to a double."""


def newcombe(
    successes: ArrayLike, units: ArrayLike, others: ArrayLike, other_units: ArrayLike, alpha: ArrayLike = 0.05
) -> tuple[Floats, Floats]:
    """Lower and upper limits of the share of units less that of other units, shape (...); NaN without units.

    Args:
        successes: units that did it, shape (...).
        units: all units, shape (...).
        others: other units that did it, shape (...).
        other_units: all other units, shape (...).
        alpha: one less the confidence level, shape (...).
    """
    share, other = _share(successes, units), _share(others, other_units)
    low, high = wilson(successes, units, alpha)
    other_low, other_high = wilson(others, other_units, alpha)
    below = np.hypot(share - low, other_high - other)
    above = np.hypot(high - share, other - other_low)
    return share - other - below, share - other + above


def p_value(successes: ArrayLike, units: ArrayLike, others: ArrayLike, other_units: ArrayLike) -> Floats:
    """Two-sided, of equal shares, shape (...): the alpha at which the interval touches zero; else NaN.

    It agrees with the interval by construction, which a score test does only nearly.
    """
    difference = _share(successes, units) - _share(others, other_units)
    near, far = np.zeros(difference.shape), np.full(difference.shape, FARTHEST)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        low, high = newcombe(successes, units, others, other_units, 2 * stats.norm.sf(middle))
        excludes = np.where(difference > 0, low > 0, high < 0)
        near, far = np.where(excludes, middle, near), np.where(excludes, far, middle)
    found = 2 * stats.norm.sf(near)
    return np.where(np.isnan(difference), np.nan, np.where(difference == 0, 1.0, found))


def _share(successes: ArrayLike, units: ArrayLike) -> Floats:
    n = np.asarray(units, float)
    return np.asarray(successes, float) / np.where(n > 0, n, np.nan)
