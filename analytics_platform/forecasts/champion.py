"""Which method is trusted: the default, unless another was clearly and steadily better.

Of a default that is not clearly better than the benchmark no challenger need be steadily better; one that
loses to the benchmark gives way to the least loss.
"""

from collections.abc import Mapping

import numpy as np

from analytics_platform.forecasts.models import BENCHMARK, DEFAULT
from analytics_platform.forecasts.series import Values

CLEARLY = 0.9
"""Share of another's mean loss that a better method stays under."""

STEADILY = 0.7
"""Share of the origins at which it must lose less: a lead that one origin makes is noise."""

MINIMUM_ORIGINS = 6

TINY = 1e-12


def champion(losses: Mapping[str, Values]) -> str:
    """The method to use.

    Args:
        losses: scaled errors by method, the same origins of each; shape (origins,).

    Returns:
        The clear and steady challenger of least mean loss; the default where there is none, or where there
        are too few origins to tell. Where the default is not clearly better than the benchmark, clear is
        enough; where it is no better at all, any less.
    """
    if DEFAULT not in losses:
        return next(iter(losses))
    own = losses[DEFAULT]
    standing = _share(own, losses[BENCHMARK]) if BENCHMARK in losses else 0.0
    best, least = DEFAULT, 1.0
    for name, challenger in losses.items():
        judged = np.isfinite(own) & np.isfinite(challenger)
        if name == DEFAULT or judged.sum() < MINIMUM_ORIGINS:
            continue
        share = _share(challenger, own)
        is_clear = share < CLEARLY or standing >= 1.0
        is_steady = float((challenger[judged] < own[judged]).mean()) >= STEADILY or standing >= CLEARLY
        if share < least and is_clear and is_steady:
            best, least = name, share
    return best


def _share(losses: Values, others: Values) -> float:
    """Mean loss over another's, at the origins of which both are known; infinite where there are none."""
    judged = np.isfinite(losses) & np.isfinite(others)
    return float(losses[judged].sum() / max(others[judged].sum(), TINY)) if judged.any() else float("inf")
