"""Split-conformal intervals from what past forecasts missed (Vovk, Gammerman, Shafer 2005; Lei et al. 2018).

The score of a past forecast is the size of its logarithmic error; the interval reaches as far as a quantile
of the scores of its horizon week, with the finite-sample correction. No method's own intervals are believed.
"""

from dataclasses import dataclass

import numpy as np

from analytics_platform.forecasts.series import Scale, Values

LEVELS = (0.5, 0.8, 0.95)
WEEK = 7
MINIMUM_ORIGINS = 6
"""With fewer past forecasts than these the scores of all weeks are pooled."""


@dataclass(frozen=True)
class Bands:
    """Limits of the intervals of a forecast.

    Attributes:
        low: shape (levels, horizon).
        high: shape (levels, horizon).
    """

    low: Values
    high: Values


def bands(forecast: Values, past: Values, actual: Values, scale: Scale) -> Bands:
    """Intervals around a forecast.

    Args:
        forecast: shape (horizon,), in the unit of the series.
        past: earlier forecasts of the method, shape (origins, horizon).
        actual: what came, of the same shape; not a number where not known.
        scale: on which errors are measured.

    Returns:
        Intervals that are not a number where nothing is known of the errors.
    """
    scores = np.abs(scale.model(actual) - scale.model(past))
    radius = radii(scores, len(forecast))
    centre = scale.model(forecast)
    return Bands(scale.original(centre - radius), scale.original(centre + radius))


def radii(scores: Values, horizon: int) -> Values:
    """How far intervals reach on the scale of the scores; shape (levels, horizon).

    Args:
        scores: shape (origins, days), not a number where not known.
        horizon: days ahead; those beyond the days of the scores reach as far as the last week's.
    """
    origins, days = scores.shape
    weeks = np.minimum(np.arange(horizon), days - 1) // WEEK
    found = np.empty((len(LEVELS), horizon))
    for week in np.unique(weeks):
        own = scores if origins < MINIMUM_ORIGINS else scores[:, week * WEEK : (week + 1) * WEEK]
        reach = [quantile(own[np.isfinite(own)], level) for level in LEVELS]
        found[:, weeks == week] = np.array(reach)[:, None]
    return found


def quantile(scores: Values, level: float) -> float:
    """The ⌈(n + 1) level⌉-th smallest score, or the largest; not a number without scores."""
    if not scores.size:
        return float("nan")
    rank = min(int(np.ceil((scores.size + 1) * level)), scores.size)
    return float(np.sort(scores)[rank - 1])
