"""Ratios of totals, such as uses per session, when users are the units.

Source: Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics.
"""

import numpy as np

from analytics_platform.stats.moments import Moments


def linearised(moments: Moments) -> Moments:
    """The ratio of two variables as the mean of one, by the delta method.

    Each unit's (y, k) becomes r + (y − r·k) / mean(k), where r is the ratio of the totals: the mean is the
    ratio, and the variance that of its first-order expansion. What holds of a mean then holds of a ratio.

    Args:
        moments: of [y, k, covariates…], shape (...).

    Returns:
        Moments of [linearised y, covariates…]; NaN where the denominators add up to zero.
    """
    below = np.where(moments.mean[..., 1] != 0.0, moments.mean[..., 1], np.nan)
    ratio = moments.mean[..., 0] / below
    matrix = np.zeros((*moments.n.shape, moments.variables - 1, moments.variables))
    matrix[..., 0, 0] = 1.0 / below
    matrix[..., 0, 1] = -ratio / below
    covariates = np.arange(2, moments.variables)
    matrix[..., covariates - 1, covariates] = 1.0
    shift = np.zeros((*moments.n.shape, moments.variables - 1))
    shift[..., 0] = ratio
    return moments.transform(matrix, shift)
