"""Series whose parts are known: level, trend, weekdays, breaks and noise."""

from datetime import date

import numpy as np

from analytics_platform.forecasts.calendar import Calendar, Event
from analytics_platform.forecasts.series import Series, Values

MONDAY = date(2024, 1, 1)
BREAK = Calendar((Event("Pause", "break", (("02-05", "02-14"), ("04-01", "04-12"), ("05-20", "05-31"))),))


def made(
    days: int, noise: float = 0.05, growth: float = 0.002, seed: int = 1, level: float = 1000.0
) -> Values:
    """Growing values with quiet week-ends and lognormal noise."""
    at = np.arange(days)
    week = np.where(at % 7 >= 5, -0.7, 0.0)
    drawn = np.random.default_rng(seed).normal(0, noise, days)
    return level * np.exp(growth * at + week + drawn)


def series(
    days: int, noise: float = 0.05, growth: float = 0.002, seed: int = 1, level: float = 1000.0
) -> Series:
    return Series(MONDAY, made(days, noise, growth, seed, level))


def with_breaks(values: Values, effect: float = -1.5) -> Series:
    """The values, changed in the breaks of `BREAK`."""
    found = Series(MONDAY, values)
    share = BREAK.share("break", found.days())
    return Series(MONDAY, values * np.exp(effect * share))


def error(found: Values, expected: Values) -> float:
    """Mean absolute logarithmic error."""
    return float(np.mean(np.abs(np.log(found / expected))))
