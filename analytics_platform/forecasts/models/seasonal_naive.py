"""Seasonal naive: each weekday as it was last known. What any other method has to beat."""

import numpy as np

from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.series import Series, Values

WEEK = 7


def seasonal_naive(series: Series, horizon: int, calendar: Calendar) -> Values:  # noqa: ARG001
    """The last known value of the same weekday (the last known of all where a weekday never was).

    Args:
        series: at least one known value.
        horizon: days ahead.
        calendar: not used.

    Returns:
        Shape (horizon,).
    """
    known = np.flatnonzero(np.isfinite(series.values))
    targets = len(series) + np.arange(horizon)
    found = np.full(horizon, series.values[known[-1]])
    for weekday in range(WEEK):
        same = known[known % WEEK == weekday]
        if same.size:
            found[targets % WEEK == weekday] = series.values[same[-1]]
    return found
