"""The methods by name; each takes a series, a horizon and a calendar, and gives a path of medians.

Belongs here: one method a file, pure, numbers in and numbers out. Does not: intervals (`conformal.py`), or
which method is trusted (`champion.py`).
"""

from collections.abc import Callable, Iterable, Mapping

from threadpoolctl import threadpool_limits

from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.models.calendar_regression import calendar_regression
from analytics_platform.forecasts.models.ensemble import MEMBERS, ensemble
from analytics_platform.forecasts.models.ets import ets
from analytics_platform.forecasts.models.prophet import prophet
from analytics_platform.forecasts.models.seasonal_naive import seasonal_naive
from analytics_platform.forecasts.series import TRAINING_DAYS, Series, Values

DEFAULT, BENCHMARK, ENSEMBLE, PROPHET = "calendar_ets", "seasonal_naive", "ensemble", "prophet"

METHODS: dict[str, Callable[[Series, int, Calendar], Values]] = {
    DEFAULT: calendar_regression,
    "ets": ets,
    PROPHET: prophet,
    BENCHMARK: seasonal_naive,
}
"""Each method that fits a series itself; the ensemble is made of their paths."""

FAST = (DEFAULT, "ets", BENCHMARK, ENSEMBLE)
"""All but Prophet, which takes ten times as long as the others together."""


def path(name: str, series: Series, horizon: int, calendar: Calendar, others: Mapping[str, Values]) -> Values:
    """What a method foresees after the newest three years.

    Args:
        name: the method.
        series: four weeks or more, of which the last day is known.
        horizon: days ahead.
        calendar: events known beforehand.
        others: paths found already; those of its members for the ensemble.

    Returns:
        Shape (horizon,).
    """
    known = series.newest(TRAINING_DAYS)
    if name == ENSEMBLE:
        return ensemble(known, [others[member] for member in MEMBERS])
    return METHODS[name](known, horizon, calendar)


@threadpool_limits.wrap(limits=1)  # as in back-tests
def paths(series: Series, horizon: int, calendar: Calendar, names: Iterable[str]) -> dict[str, Values]:
    """What each of the named methods foresees; the ensemble's members must stand before it."""
    found: dict[str, Values] = {}
    for name in names:
        found[name] = path(name, series, horizon, calendar, found)
    return found
