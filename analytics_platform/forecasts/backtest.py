"""Rolling-origin back-tests: what each method would have foreseen from past days, against what came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from threadpoolctl import threadpool_limits

from analytics_platform.forecasts import accuracy
from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.conformal import LEVELS, Bands, bands
from analytics_platform.forecasts.models import path
from analytics_platform.forecasts.series import TRAINING_DAYS, Scale, Series, Values

HORIZON = 28
ORIGINS = 24
MINIMUM_DAYS = 28
"""Days that a method must have seen."""

COMFORTABLE_DAYS = 56
WEEK = 7
CALIBRATING = 3
"""Earlier forecasts, wholly past, that an interval's coverage is judged after."""


@dataclass(frozen=True)
class BackTest:
    """Past forecasts of one method.

    Attributes:
        sizes: days known at each origin, rising.
        forecasts: shape (origins, horizon), in the unit of the series.
        actual: what came, of the same shape; not a number where not known.
        scales: mean absolute weekly difference of what was known at each origin.
        scale: on which errors are taken.
        seconds: CPU-seconds of a fit.
    """

    sizes: tuple[int, ...]
    forecasts: Values
    actual: Values
    scales: Values
    scale: Scale
    seconds: float

    @property
    def origins(self) -> int:
        return len(self.sizes)

    @property
    def losses(self) -> Values:
        """Mean absolute scaled error from each origin; shape (origins,)."""
        return np.array(
            [accuracy.mase(*each) for each in zip(self.actual, self.forecasts, self.scales, strict=True)]
        )

    def replaced(self, forecasts: Values) -> "BackTest":
        """The same origins with other forecasts, such as reconciled ones."""
        return BackTest(self.sizes, forecasts, self.actual, self.scales, self.scale, self.seconds)

    @cached_property
    def intervals(self) -> list[tuple[int, Bands]]:
        """Each origin whose intervals earlier forecasts, then wholly past, could calibrate; with them."""
        horizon = self.forecasts.shape[1]
        found: list[tuple[int, Bands]] = []
        for at, size in enumerate(self.sizes):
            past = [before for before in range(at) if self.sizes[before] + horizon <= size]
            if len(past) >= CALIBRATING:
                found.append(
                    (at, bands(self.forecasts[at], self.forecasts[past], self.actual[past], self.scale))
                )
        return found


def origins_of(days: int, horizon: int, most: int = ORIGINS) -> list[int]:
    """How many days were known at each origin: the newest first to be chosen, whole weeks apart.

    Origins lie a horizon apart where there is history enough, closer where not, so that there are as many as
    asked for; the earliest have seen eight weeks, or four of a short series.
    """
    last = days - horizon
    least = COMFORTABLE_DAYS if last - COMFORTABLE_DAYS >= 5 * WEEK else MINIMUM_DAYS
    span = last - least
    if span < 0:
        return []
    weeks = max(1, min(horizon // WEEK, span // WEEK // max(most - 1, 1)))
    sizes = range(last, least - 1, -weeks * WEEK)
    return sorted(sizes[:most])


@threadpool_limits.wrap(limits=1)  # threads on so small matrices wait for each other by spinning
def back_test(
    series: Series,
    calendar: Calendar,
    names: Sequence[str],
    horizon: int = HORIZON,
    most: int = ORIGINS,
) -> dict[str, BackTest]:
    """Forecasts of each method from each origin.

    Args:
        series: everything known.
        calendar: events known beforehand.
        names: methods.
        horizon: days ahead.
        most: origins.

    Returns:
        Back-tests by method; none where the series is too short for a single one.
    """
    sizes = [
        size for size in origins_of(len(series), horizon, most) if series.until(size).known >= MINIMUM_DAYS
    ]
    if not sizes:
        return {}
    spent = dict.fromkeys(names, 0.0)
    found: dict[str, list[Values]] = {name: [] for name in names}
    for size in sizes:
        # Days without a value at the end of what was known are part of the horizon.
        known = series.until(size).trimmed()
        gap = size - len(known)
        foreseen: dict[str, Values] = {}
        for name in names:
            began = time.process_time()
            foreseen[name] = path(name, known, horizon + gap, calendar, foreseen)
            spent[name] += time.process_time() - began
        for name in names:
            found[name].append(foreseen[name][gap:])
    actual = np.array([series.values[size : size + horizon] for size in sizes])
    scales = np.array(
        [accuracy.seasonal_scale(series.until(size).newest(TRAINING_DAYS).values) for size in sizes]
    )
    scale = Scale.of(series.values)
    return {
        name: BackTest(tuple(sizes), np.array(found[name]), actual, scales, scale, spent[name] / len(sizes))
        for name in names
    }


@dataclass(frozen=True)
class Score:
    """What a back-test says of a method; not a number where nothing is known.

    Attributes:
        owa: overall weighted average against seasonal naive; below 1 is better.
        mase: mean absolute error over the mean weekly difference.
        smape: symmetric relative error, from 0 to 2.
        bias: mean relative error; above 0 foresees too much.
        coverage: share of the days that intervals of each level held, calibrated on earlier origins alone.
        interval_scores: mean interval score by level, over the mean weekly difference.
        judged: origins whose intervals were judged.
    """

    owa: float
    mase: float
    smape: float
    bias: float
    coverage: tuple[float, ...]
    interval_scores: tuple[float, ...]
    judged: int


def score(test: BackTest, benchmark: BackTest, days: slice = slice(None)) -> Score:
    """Accuracy and coverage over all origins.

    Args:
        test: of the method.
        benchmark: of seasonal naive, from the same origins.
        days: part of the horizon.
    """
    own, naive = _errors(test, days), _errors(benchmark, days)
    intervals = test.intervals
    actual = test.actual[:, days]
    coverage, widths = [], []
    for level_at, level in enumerate(LEVELS):
        ends = [(at, band.low[level_at, days], band.high[level_at, days]) for at, band in intervals]
        held = [accuracy.is_covered(actual[at], low, high) for at, low, high in ends]
        scored = [
            accuracy.interval_score(actual[at], low, high, level) / (test.scales[at] or np.nan)
            for at, low, high in ends
        ]
        coverage.append(accuracy.mean(np.array(held, float)))
        widths.append(accuracy.mean(np.array(scored, float)))
    relative = test.forecasts[:, days] / np.where(actual > 0, actual, np.nan)
    bias = float(np.exp(accuracy.mean(np.log(np.where(relative > 0, relative, np.nan)))) - 1)
    return Score(
        accuracy.owa(*own, *naive), own[1], own[0], bias, tuple(coverage), tuple(widths), len(intervals)
    )


def _errors(test: BackTest, days: slice) -> tuple[float, float]:
    """Mean over origins of sMAPE, and of MASE."""
    actual, forecasts = test.actual[:, days], test.forecasts[:, days]
    relative = [accuracy.smape(*each) for each in zip(actual, forecasts, strict=True)]
    scaled = [accuracy.mase(*each) for each in zip(actual, forecasts, test.scales, strict=True)]
    return accuracy.mean(np.array(relative)), accuracy.mean(np.array(scaled))
