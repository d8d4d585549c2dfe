"""Exponential smoothing: error, damped trend and weekday, all additive on the logarithmic scale.

Hyndman, Koehler, Ord, Snyder (2008), Forecasting with exponential smoothing; the fit is statsmodels'.
"""

import warnings
from typing import Any

import numpy as np

from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.series import Scale, Series, Values, filled

WEEK = 7
FLAT = 1e-9
"""Spread below which values count as constant: there is nothing to smooth."""


def ets(series: Series, horizon: int, calendar: Calendar) -> Values:  # noqa: ARG001
    """The path that smoothing foresees, as the median.

    Args:
        series: two known weeks or more.
        horizon: days ahead.
        calendar: not used.

    Returns:
        Shape (horizon,), in the unit of the series.
    """
    scale = Scale.of(series.values)
    return scale.original(smoothed_path(filled(scale.model(series.values)), horizon, is_weekly=True))


def smoothed_path(values: Values, horizon: int, *, is_weekly: bool) -> Values:
    """The next values by additive exponential smoothing with a damped trend.

    Args:
        values: shape (days,), all known.
        horizon: days ahead.
        is_weekly: whether weekdays differ.
    """
    if np.ptp(values) < FLAT:
        return np.full(horizon, values[-1])
    # statsmodels takes two seconds to import, which whoever only lists assets need not wait for.
    from statsmodels.tools.sm_exceptions import ConvergenceWarning  # noqa: PLC0415
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415

    centre, spread = float(np.mean(values)), float(np.std(values))
    model = ETSModel(
        (values - centre) / spread,
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add" if is_weekly else None,
        seasonal_periods=WEEK if is_weekly else None,
        initialization_method="heuristic" if len(values) >= 2 * WEEK + 10 else "estimated",
    )
    with warnings.catch_warnings():
        # The best point found is used; how good it is, the back-test says.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted: Any = model.fit(disp=False)
    return centre + spread * np.asarray(fitted.forecast(horizon), float)
