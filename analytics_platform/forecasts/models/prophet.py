"""Prophet (Taylor and Letham 2018) on the logarithmic scale, told of the same calendar; its path alone.

Its own intervals cover far too little (docs/forecasts.md) and are not used.
"""

import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np

from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.series import Scale, Series, Values

YEARLY_FROM_DAYS = 730
LOGGERS = ("prophet", "prophet.plot", "prophet.models", "cmdstanpy")
SEED = 20260101


def prophet(series: Series, horizon: int, calendar: Calendar) -> Values:
    """Prophet's trend, weekdays, year and calendar.

    Args:
        series: two known weeks or more.
        horizon: days ahead.
        calendar: events known beforehand, as regressors.

    Returns:
        Shape (horizon,), in the unit of the series.
    """
    # Both take seconds to import, which whoever only lists assets need not wait for.
    import pandas as pd  # noqa: PLC0415, TID251
    from prophet import Prophet  # noqa: PLC0415

    scale = Scale.of(series.values)
    modelled = scale.model(series.values)
    known = modelled[np.isfinite(modelled)]
    if np.ptp(known) == 0:
        return np.full(horizon, scale.original(known[-1:])[0])
    days = series.days(horizon)
    events = np.hstack([calendar.blocks(days), calendar.holidays(days)])
    events = events[:, np.ptp(events[: len(series)], axis=0) > 0]
    names = [f"event_{at}" for at in range(events.shape[1])]
    frame = pd.DataFrame(events, columns=pd.Index(names)).assign(ds=pd.to_datetime(pd.Series(days)))
    with _quiet():
        model = Prophet(
            weekly_seasonality=True,  # pyright: ignore[reportArgumentType]
            yearly_seasonality=len(series) >= YEARLY_FROM_DAYS,  # pyright: ignore[reportArgumentType]
            daily_seasonality=False,  # pyright: ignore[reportArgumentType]
            uncertainty_samples=0,
        )
        for name in names:
            model.add_regressor(name, standardize=False)
        model.fit(frame.iloc[: len(series)].assign(y=modelled), seed=SEED)
        found = model.predict(frame.iloc[len(series) :])
    return scale.original(found["yhat"].to_numpy(float))


@contextmanager
def _quiet() -> Generator[None]:
    """Without the lines that each fit logs; real errors still come as exceptions."""
    before = {name: logging.getLogger(name).disabled for name in LOGGERS}
    try:
        for name in LOGGERS:
            logging.getLogger(name).disabled = True
        with warnings.catch_warnings():
            # Prophet 1.5 uses what pandas 3.1 has deprecated.
            warnings.filterwarnings("ignore", "The inplace keyword", DeprecationWarning)
            yield
    finally:
        for name, was in before.items():
            logging.getLogger(name).disabled = was
