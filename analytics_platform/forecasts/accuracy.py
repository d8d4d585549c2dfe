"""How good forecasts were: errors without unit, interval scores, and coverage.

sMAPE, MASE and OWA as in the M4 competition (Makridakis, Spiliotis, Assimakopoulos 2020); the interval
score of Gneiting and Raftery (2007). Days that are not known count for nothing.
"""

import numpy as np

from analytics_platform.forecasts.series import Values

WEEK = 7
ROUNDING = 1e-9


def smape(actual: Values, forecast: Values) -> float:
    """Mean of 2 |y − f| / (|y| + |f|), from 0 to 2; a day on which both are zero is a hit."""
    total = np.abs(actual) + np.abs(forecast)
    shares = 2 * np.abs(actual - forecast) / np.where(total > 0, total, 1.0)
    return mean(shares)


def seasonal_scale(known: Values) -> float:
    """Mean absolute difference to the same weekday before: what MASE divides by."""
    return mean(np.abs(known[WEEK:] - known[:-WEEK]))


def mase(actual: Values, forecast: Values, scale: float) -> float:
    """Mean absolute error over the scale of the series; not a number where the scale is zero."""
    return mean(np.abs(actual - forecast)) / scale if scale > 0 else float("nan")


def owa(smape_: float, mase_: float, naive_smape: float, naive_mase: float) -> float:
    """Mean of both errors relative to the benchmark's; below 1 is better than the benchmark."""
    if not (naive_smape > 0 and naive_mase > 0):
        return float("nan")
    return 0.5 * (smape_ / naive_smape + mase_ / naive_mase)


def interval_score(actual: Values, low: Values, high: Values, level: float) -> Values:
    """Width, and 2 / (1 − level) times the distance of what fell outside; in the unit of the values."""
    outside = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    return (high - low) + 2 / (1 - level) * outside


def is_covered(actual: Values, low: Values, high: Values) -> Values:
    """1 where the interval holds the value, 0 where not; not a number where the value is not known."""
    # The limits went through a logarithm and back.
    slack = ROUNDING * np.abs(actual)
    held = (low <= actual + slack) & (actual - slack <= high)
    return np.where(np.isfinite(actual), held, np.nan)


def mean(values: Values) -> float:
    """Mean of the known values; not a number where there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
