"""Forecasts of a total and its parts made to add up.

Minimum-trace reconciliation with variances alone (Wickramasuriya, Athanasopoulos, Hyndman 2019): the base
forecasts move as little as possible, each in proportion to how uncertain it is.
"""

import numpy as np

from analytics_platform.forecasts.series import Values


def reconciled(total: Values, parts: Values, variances: Values) -> tuple[Values, Values]:
    """Weighted least squares onto what adds up.

    With one total the projection has a closed form: the gap is shared out by variance.

    Args:
        total: shape (…, horizon).
        parts: shape (parts, …, horizon).
        variances: of the total's error and of each part's, shape (1 + parts,); positive.

    Returns:
        The total, and the parts that sum to it. Where sharing out would bring a part below zero, though no
        part was, the parts stay and the total is their sum.
    """
    gap = total - parts.sum(axis=0)
    shares = (variances / variances.sum())[1:].reshape(-1, *([1] * total.ndim))
    moved = parts + shares * gap
    is_below = (moved < 0).any(axis=0) & (parts >= 0).all(axis=0)
    found = np.where(is_below, parts, moved)
    return found.sum(axis=0), found
