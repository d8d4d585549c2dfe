"""The ensemble: the mean of what its members foresee, on the logarithmic scale."""

from collections.abc import Sequence

import numpy as np

from analytics_platform.forecasts.series import Scale, Series, Values

MEMBERS = ("calendar_ets", "ets", "seasonal_naive")


def ensemble(series: Series, paths: Sequence[Values]) -> Values:
    """The mean of logarithms (of the values themselves where some are negative).

    Args:
        series: what the members knew.
        paths: what each foresees, each of shape (horizon,).
    """
    scale = Scale.of(series.values)
    lowest = np.exp(-50.0) if scale.is_log and not scale.offset else -np.inf
    return scale.original(np.mean([scale.model(np.maximum(path, lowest)) for path in paths], axis=0))
