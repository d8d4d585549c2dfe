"""Which method is trusted: the default, unless another was clearly and steadily better."""

from collections.abc import Mapping

import numpy as np

from analytics_platform.forecasts.models import DEFAULT
from analytics_platform.forecasts.series import Values

CLEARLY = 0.9
"""Share of the default's mean loss that a challenger must stay under."""

STEADILY = 0.7
"""Share of the origins at which it must lose less: a lead that one origin makes is noise."""

MINIMUM_ORIGINS = 6


def champion(losses: Mapping[str, Values]) -> str:
    """The method to use.

    Args:
        losses: scaled errors by method, the same origins of each; shape (origins,).

    Returns:
        The clear and steady challenger of least mean loss; the default where there is none, or where there
        are too few origins to tell.
    """
    if DEFAULT not in losses:
        return next(iter(losses))
    own = losses[DEFAULT]
    best, least = DEFAULT, float("inf")
    for name, challenger in losses.items():
        judged = np.isfinite(own) & np.isfinite(challenger)
        if name == DEFAULT or judged.sum() < MINIMUM_ORIGINS:
            continue
        mean = float(challenger[judged].mean())
        is_clear = mean < CLEARLY * float(own[judged].mean())
        is_steady = float((challenger[judged] < own[judged]).mean()) >= STEADILY
        if is_clear and is_steady and mean < least:
            best, least = name, mean
    return best
