"""Drift: a daily series watched for a lasting step, with few false alarms a year by construction.

Every day asks whether the last 1, 2, 3, 7 or 14 days lie on another level than those before. A regression on
the last 20 weeks knows the level, weekdays and a slow bend; the step is one more term, and its t test needs
neither a known level nor a known variance. The tests of a year share the false alarms that are allowed, so
that their expected number stays below it however the tests hang together (Bonferroni over days, windows and
series). Exact for days that vary independently by a normal law with the ratio of errors given; days that
resemble their neighbours for other reasons alarm more often.

Source: step terms as in Brown, Durbin and Evans (1975), Techniques for testing the constancy of regression
relationships; windows as in Lai (1995), Sequential changepoint detection in quality control and dynamical
systems.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

WINDOWS = {1: 0.15, 2: 0.2, 3: 0.45, 7: 0.15, 14: 0.05}
"""Days on the new level by the part of the false alarms that tests of so many days may make."""

MEMORY = 140
LEARNED = 14
"""Days before the first test; from twice as many on weekdays and trend are known too."""

QUIET_AFTER_ALARM = 14
"""Days of the new level before the next test: the alarm picked those that were most unlike."""

QUIET_AFTER_RELEASE = 3
YEAR = 365
FEWEST_OUTPUTS = 30
LEAST_SCALE = 0.5
"""Days vary by at least this part of the variance given: a chance calm must not make a ripple a step."""


@dataclass(frozen=True)
class Watch:
    """One day of a series.

    Attributes:
        day: its number.
        value: as observed.
        expected: by the level before, weekday and trend; NaN while learning.
        statistic: how unusual the most unusual window is, as a normal score; NaN where nothing is tested.
        threshold: score from which on it is an alarm.
        is_alarm: whether the level has changed.
        change_day: first day on the new level, as estimated; None without an alarm.
        direction: `up` or `down`; None without an alarm.
    """

    day: int
    value: float
    expected: float
    statistic: float
    threshold: float
    is_alarm: bool
    change_day: int | None
    direction: str | None


@dataclass(frozen=True)
class Daily:
    """A series by day.

    Attributes:
        days: numbers ascending, one a day, gaps allowed; equal modulo 7 on equal weekdays, shape (n,).
        values: means or shares, shape (n,).
        errors: standard errors within the day, shape (n,).
        outputs: what a value rests on; for shares six times the rarer outcome, shape (n,).
    """

    days: Days
    values: Floats
    errors: Floats
    outputs: Floats


@dataclass(frozen=True)
class _Step:
    """The test of a new level: its size, t value and degrees of freedom by window, shape (windows,)."""

    size: Floats
    t: Floats
    freedom: float


def detect(
    days: ArrayLike,
    values: ArrayLike,
    errors: ArrayLike,
    outputs: ArrayLike | None = None,
    *,
    releases: Collection[int] = (),
    series: int = 1,
    false_alarms_a_year: float = 1.0,
    since: int | None = None,
) -> list[Watch]:
    """Watch a daily mean or share; after an alarm and on a release the level starts anew.

    Args:
        days: numbers ascending, equal modulo 7 on equal weekdays; days without outputs left out, shape (n,).
        values: daily means or shares, shape (n,).
        errors: their standard errors within the day, above 0; variation between days is estimated on top,
            shape (n,).
        outputs: how many outputs a value rests on; windows with fewer than 30 are not tested, shape (n,).
        releases: days from which on a change is known and no alarm.
        series: how many series are watched together, which share the false alarms.
        false_alarms_a_year: most of them expected a year in all series together.
        since: first day watched and returned, those before are only learned from; None: all.

    Raises:
        AnalyticsError: days do not ascend, arrays differ in length or have gaps, an error is not above 0, or
            there is no series.
    """
    given = _checked(days, values, errors, outputs)
    if series < 1 or false_alarms_a_year <= 0:
        message = f"series is {series} and false_alarms_a_year {false_alarms_a_year}; both must be above 0."
        raise AnalyticsError(message)
    allowed = false_alarms_a_year / (YEAR * series)
    steps = dict.fromkeys(releases, QUIET_AFTER_RELEASE)
    watched: list[Watch] = []
    first = 0 if since is None else int(np.searchsorted(given.days, since))
    for at in range(first, len(given.days)):
        watch = _watched(_up_to(given, at), steps, allowed)
        if watch.change_day is not None:
            steps[watch.change_day] = QUIET_AFTER_ALARM
        watched.append(watch)
    return watched


def shares(days: ArrayLike, flagged: ArrayLike, scored: ArrayLike) -> Daily:
    """Daily shares with errors by the share of the last 28 days, so that a day without flags has one too.

    Args:
        days: numbers ascending, shape (n,).
        flagged: outputs with the flag, shape (n,).
        scored: all outputs looked at; days with none are left out, shape (n,).
    """
    day, some, every = np.asarray(days, np.int64), np.asarray(flagged, float), np.asarray(scored, float)
    day, some, every = (column[every > 0] for column in (day, some, every))
    first = np.searchsorted(day, day - 27)
    sums = [np.append(0.0, np.cumsum(column)) for column in (some, every)]
    flags, total = (running[1:] - running[first] for running in sums)
    chance = (flags + 0.5) / (total + 1)
    rarer = np.minimum(chance, 1 - chance) * every
    return Daily(day, some / every, np.sqrt(chance * (1 - chance) / every), 6 * rarer)


def anchor_errors(days: ArrayLike, items: ArrayLike, truth: ArrayLike, verdict: ArrayLike) -> Daily:
    """A judge's share of errors on a frozen set that it judges again and again: drift of the judge alone.

    The same cases come back, so a day differs from another only by verdicts that flip. Each case's chance of
    that is read off its verdicts so far, with half a flip that was never seen.

    Args:
        days: when each verdict was given, shape (verdicts,).
        items: which case it was given on, shape (verdicts,).
        truth: 0 or 1, frozen, shape (verdicts,).
        verdict: 0 or 1, shape (verdicts,).
    """
    day, at = np.unique(np.asarray(days, np.int64), return_inverse=True)
    names, item = np.unique(np.asarray(items), return_inverse=True)
    is_wrong = np.full((len(day), len(names)), np.nan)
    is_wrong[at, item] = np.asarray(truth, float) != np.asarray(verdict, float)
    given = ~np.isnan(is_wrong)
    chance = (np.cumsum(np.where(given, is_wrong, 0.0), axis=0) + 0.5) / (np.cumsum(given, axis=0) + 1)
    size = given.sum(axis=1)
    errors = np.sqrt((chance * (1 - chance) * given).sum(axis=1)) / size
    return Daily(day, np.nansum(is_wrong, axis=1) / size, errors, size.astype(float))


def _watched(recent: Daily, steps: dict[int, int], allowed: float) -> Watch:
    today, threshold = int(recent.days[-1]), float(-ndtri(allowed / 2))
    lengths = np.array([w for w in WINDOWS if _is_tested(recent, steps, w)], int)
    value = float(recent.values[-1])
    quiet = Watch(today, value, np.nan, np.nan, threshold, is_alarm=False, change_day=None, direction=None)
    if not lengths.size:
        return quiet
    found = _steps(recent, steps, lengths)
    parts = np.array([WINDOWS[w] for w in lengths])
    chances = np.minimum(2 * stdtr(found.freedom, -np.abs(found.t)) / parts, 1.0)
    score = float(-ndtri(max(chances.min(), 1e-300) / 2))
    if not score >= threshold:
        return replace(quiet, expected=value - float(found.size[0]), statistic=score)
    every = np.array([w for w in range(1, max(WINDOWS) + 1) if _is_tested(recent, steps, w)])
    scan = _steps(recent, steps, every)
    best = int(np.argmax(np.abs(scan.t)))
    size, change = float(scan.size[best]), int(recent.days[recent.days > today - every[best]][0])
    direction = "up" if size > 0 else "down"
    found = replace(quiet, expected=value - size, statistic=score)
    return replace(found, is_alarm=True, change_day=change, direction=direction)


def _is_tested(recent: Daily, steps: dict[int, int], length: int) -> bool:
    """Whether enough is known before the window, and enough lies in it."""
    begins = recent.days[-1] - length + 1
    level = max((day for day in steps if day <= recent.days[-1]), default=None)
    is_level_known = level is None or begins - level >= steps[level]
    is_in = recent.days >= begins
    return bool(
        is_level_known and (~is_in).sum() >= LEARNED and recent.outputs[is_in].sum() >= FEWEST_OUTPUTS
    )


def _steps(recent: Daily, steps: dict[int, int], lengths: NDArray) -> _Step:
    """Each window's step in the regression on level, earlier steps, and weekday and trend once known."""
    terms = _terms(recent.days, steps)
    weights = 1 / (recent.errors**2 + _between_days(recent, terms))
    root = np.sqrt(weights)
    basis = _basis(terms * root[:, None])
    late = (recent.days[:, None] > recent.days[-1] - lengths) * root[:, None]
    late, rest = late - basis @ (basis.T @ late), recent.values * root
    rest = rest - basis @ (basis.T @ rest)
    power = (late**2).sum(axis=0)
    size = late.T @ rest / np.where(power > 1e-9, power, np.nan)
    freedom = max(len(rest) - basis.shape[1] - 1, 1)
    scale = np.maximum((rest @ rest - size**2 * power) / freedom, LEAST_SCALE)
    return _Step(np.nan_to_num(size), np.nan_to_num(size * np.sqrt(power / scale)), float(freedom))


def _terms(days: Days, steps: dict[int, int]) -> Floats:
    levels = [days >= day for day in steps if days[0] < day <= days[-1]]
    columns = [np.ones(len(days)), *levels]
    if len(days) >= 2 * LEARNED:
        columns += [days % 7 == weekday for weekday in range(6)]
        age = (days - days[-1]) / MEMORY
        columns += [age, age**2]
    return np.column_stack(columns).astype(float)


def _basis(terms: Floats) -> Floats:
    """Orthonormal columns of the same span; a term that the others imply adds none."""
    sizes, turned = np.linalg.eigh(terms.T @ terms)
    kept = sizes > 1e-9 * sizes[-1]
    return terms @ (turned[:, kept] / np.sqrt(sizes[kept]))


def _between_days(recent: Daily, terms: Floats) -> float:
    """Variance between days beyond that within them, by the method of DerSimonian and Laird (1986)."""
    weights = recent.errors**-2.0
    root = np.sqrt(weights)
    basis = _basis(terms * root[:, None])
    rest = recent.values * root
    rest = rest - basis @ (basis.T @ rest)
    leverage = (basis**2).sum(axis=1)
    return max(float(rest @ rest - len(rest) + basis.shape[1]) / float(weights @ (1 - leverage)), 0.0)


def _up_to(given: Daily, at: int) -> Daily:
    first = int(np.searchsorted(given.days, given.days[at] - MEMORY + 1))
    part = slice(first, at + 1)
    return Daily(given.days[part], given.values[part], given.errors[part], given.outputs[part])


def _checked(days: ArrayLike, values: ArrayLike, errors: ArrayLike, outputs: ArrayLike | None) -> Daily:
    day, value, error = np.asarray(days, np.int64), np.asarray(values, float), np.asarray(errors, float)
    size = np.full(len(day), np.inf) if outputs is None else np.asarray(outputs, float)
    if not len(day) == len(value) == len(error) == len(size) or (np.diff(day) <= 0).any():
        message = "days must ascend, with one value, error and number of outputs each; sort and group by day."
        raise AnalyticsError(message)
    is_bad = ~(np.isfinite(value) & np.isfinite(error) & (error > 0))
    if is_bad.any():
        message = (
            f"day {day[is_bad][0]} has value {value[is_bad][0]} and error {error[is_bad][0]}; give finite "
            "values and errors above 0, and leave out days without outputs."
        )
        raise AnalyticsError(message)
    return Daily(day, value, error, size)
