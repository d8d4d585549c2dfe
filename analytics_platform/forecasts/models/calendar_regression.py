"""Calendar regression and exponential smoothing: what the calendar explains, and the drift of the rest.

On the logarithmic scale a robust ridge regression finds what weekdays, the time of the year, holidays, breaks
and exams do; a damped trend is smoothed through what is left and carried on (measured against its rivals in
docs/forecasts.md). Robust: Huber's weights by iteration (Huber 1964; Holland and Welsch 1977).
"""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.models.ets import smoothed_path
from analytics_platform.forecasts.series import Scale, Series, Values, filled

YEAR = 365.25
YEARLY_FROM_DAYS = 730
YEARLY_WAVES = 6
KNOT_DAYS = 28
HUBER = 1.345
ROUNDS = 8
SPREAD_OF_MAD = 1.4826
TINY = 1e-8

# How large effects may be before the data speak: prior standard deviations of coefficients, in logarithms.
WEEKDAY, YEARLY, DRIFT, BLOCK, HOLIDAY = 1.0, 0.2, 0.05, 0.5, 0.3


def calendar_regression(series: Series, horizon: int, calendar: Calendar) -> Values:
    """The calendar's effects on the days to come, times the path of the rest.

    Args:
        series: two known weeks or more.
        horizon: days ahead.
        calendar: events known beforehand.

    Returns:
        Shape (horizon,), in the unit of the series.
    """
    scale = Scale.of(series.values)
    modelled = scale.model(series.values)
    effects = _calendar_effects(modelled, _design(series, horizon, calendar), len(series))
    rest = without_outliers(filled(modelled - effects[: len(series)]))
    return scale.original(effects[len(series) :] + smoothed_path(rest, horizon, is_weekly=False))


def _design(series: Series, horizon: int, calendar: Calendar) -> tuple[Values, Values]:
    """Columns for all days, past and to come, and the prior standard deviation of each."""
    days = series.days(horizon)
    weekdays = np.array([day.weekday() for day in days])
    parts: list[tuple[NDArray[np.float64], float]] = [
        ((weekdays[:, None] == np.arange(7)).astype(float), WEEKDAY)
    ]
    if len(series) >= YEARLY_FROM_DAYS:
        angle = 2 * np.pi * np.array([day.toordinal() for day in days])[:, None] / YEAR
        waves = angle * np.arange(1, YEARLY_WAVES + 1)
        parts.append((np.hstack([np.sin(waves), np.cos(waves)]), YEARLY))
    for named, prior in ((calendar.blocks(days), BLOCK), (calendar.holidays(days), HOLIDAY)):
        # What never happened in the past cannot have been learned.
        happened = np.ptp(named[: len(series)], axis=0) > 0
        parts.append((named[:, happened], prior))
    priors = np.concatenate([np.full(part.shape[1], prior) for part, prior in parts])
    return np.hstack([part for part, _ in parts]), priors


def _calendar_effects(modelled: Values, design: tuple[Values, Values], size: int) -> Values:
    """What the calendar does on each day, estimated beside a slow drift that is no part of it."""
    columns, priors = design
    is_known = np.isfinite(modelled)
    drift = _drift(size)
    past = np.hstack([np.ones((size, 1)), drift, columns[:size]])[is_known]
    known_priors = np.concatenate([[np.inf], np.full(drift.shape[1], DRIFT), priors])
    found = robust_ridge(past, modelled[is_known], known_priors)
    return columns @ found[1 + drift.shape[1] :]


def _drift(size: int) -> Values:
    """A broken line that may turn every four weeks, as hinges in units of a year."""
    days = np.arange(size)[:, None]
    knots = np.arange(0, max(size - KNOT_DAYS // 2, 1), KNOT_DAYS)
    return np.maximum(days - knots, 0) / KNOT_DAYS


def robust_ridge(columns: Values, targets: Values, priors: Values) -> Values:
    """Coefficients of a ridge regression in which far-off days count for less.

    The penalty of a coefficient is the variance of the noise over its prior variance, so that noisy series
    believe the data less.

    Args:
        columns: shape (days, columns), the first a constant.
        targets: shape (days,).
        priors: shape (columns,), standard deviations; infinite for no penalty.

    Returns:
        Shape (columns,).
    """
    weights = np.ones(len(targets))
    spread = max(_spread(np.diff(targets)) / np.sqrt(2), TINY)
    found = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        weighted = columns * weights[:, None]
        penalties = np.maximum((spread / priors) ** 2, TINY)
        found = np.linalg.solve(columns.T @ weighted + np.diag(penalties), weighted.T @ targets)
        residuals = np.abs(targets - columns @ found)
        spread = max(_spread(residuals), TINY)
        weights = np.minimum(1.0, HUBER * spread / np.maximum(residuals, TINY))
    return np.asarray(found, np.float64)


def _spread(values: Values) -> float:
    """Standard deviation of noise around zero, by its median size; where most is zero, by its mean square."""
    return max(SPREAD_OF_MAD * float(np.median(np.abs(values))), 0.1 * float(np.sqrt(np.mean(values**2))))


def without_outliers(values: Values, most: float = 3.0) -> Values:
    """Values, those far from the median of their week drawn back to it (after Gelper, Fried, Croux 2010).

    A level that shifts for good is no outlier: from its fourth day on it is the median.
    """
    half = 3
    padded = np.pad(values, half, mode="reflect") if len(values) > half else np.pad(values, half, mode="edge")
    medians = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    spread = _spread(values - medians)
    return np.clip(values, medians - most * spread, medians + most * spread)
