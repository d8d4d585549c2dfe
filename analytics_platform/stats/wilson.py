"""Intervals of shares that hold for few units and near 0 and 1.

Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]


def wilson(successes: ArrayLike, units: ArrayLike, alpha: ArrayLike = 0.05) -> tuple[Floats, Floats]:
    """Lower and upper limits of shares, shape (...); NaN where there are no units.

    Args:
        successes: units that did it, shape (...).
        units: all units, shape (...).
        alpha: one less the confidence level, shape (...).
    """
    n = np.where(np.asarray(units, float) > 0, units, np.nan)
    share = np.asarray(successes, float) / n
    z = stats.norm.isf(np.asarray(alpha, float) / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
