"""Days unlike what the weeks before let be expected.

A day is set against the median of the same weekday in the four weeks before; how far such days usually lie
from that (their median and median absolute deviation over the eight weeks before) says whether it is unusual.
Days that were unusual themselves are left out of the weekdays and of the spread, so that a break does not
hide the next. Nothing logged counts as half a use: the strongest evidence there is.

Source: Iglewicz and Hoaglin (1993), How to detect and handle outliers: 3.5 robust deviations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.behaviour.metric_changes.measures import COUNTS, MEASURED
from analytics_platform.behaviour.metric_changes.periods import WEEK_DAYS, WEEKS_BEFORE
from analytics_platform.lakehouse import Engine
from analytics_platform.metrics import Metric

QUERY = f"""
SELECT event_date, {", ".join(COUNTS)} FROM behaviour.kpi_daily
WHERE dimension = 'overall' AND event_date <= $as_of ORDER BY event_date
"""  # noqa: S608
THRESHOLD = 3.5
SPREAD = 1.4826
"""Standard deviation of a normal law over its median absolute deviation."""
HISTORY_DAYS, LEAST_HISTORY = 56, 21
LEAST_COUNT = 30
LEAST_SPREAD = 0.02
LEAST_USUAL = 2
"""Of the four weekdays: with fewer usual ones all are taken, so that a new level is known in three weeks."""
LEAST_VALUE = 0.5
"""What a count of zero is taken for, to have a logarithm."""
MEDIAN_VARIANCE = 0.3
"""Of the median of four normal values, over that of one."""
APART_DAYS = 3
"""Unusual days no further apart are one run: a break shows on its weekdays first."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """A day on which a metric was unlike itself.

    Attributes:
        day: when.
        metric: which.
        robust_z: how many usual deviations it lies from what the usual days before let be expected.
        value: of the metric that day.
        usual: mean of the same weekday in the four weeks before.
        since: first of the unusual days in the same direction, of which this is one.
    """

    day: date
    metric: str
    robust_z: float
    value: float
    usual: float
    since: date

    @property
    def is_first(self) -> bool:
        """Whether the days before were as usual."""
        return self.day == self.since


def deviations(engine: Engine, as_of: date) -> list[Deviation]:
    """Every unusual day and metric up to a day, in order of days; each judged by the days before it alone."""
    kpis = pl.DataFrame(engine.query(QUERY, {"as_of": as_of}))
    if kpis.is_empty():
        return []
    begin: date = kpis["event_date"][0]
    calendar = pl.DataFrame({"event_date": pl.date_range(begin, as_of, eager=True)})
    counts = calendar.join(kpis, on="event_date", how="left", maintain_order="left").fill_null(0)
    found = (each for metric in MEASURED.values() for each in unusual_days(metric, counts, begin))
    return sorted(found, key=lambda each: each.day)


def first_day(engine: Engine) -> date | None:
    """First day of the KPIs; a period that begins before it cannot be compared."""
    found: date | None = engine.query("SELECT min(event_date) AS day FROM behaviour.kpi_daily")["day"][
        0
    ].as_py()
    return found


def unusual_days(metric: Metric, counts: pl.DataFrame, begin: date) -> Iterator[Deviation]:
    """Unusual days of one metric in order, from counts of every day since the first."""
    above, below = _parts(metric, counts)
    scores = robust_scores(above, below, _least(metric), is_ratio=metric.is_ratio)
    since, before = begin, None
    for at in np.flatnonzero(np.abs(np.nan_to_num(scores)) > THRESHOLD).tolist():
        day = begin + timedelta(days=at)
        if before is None or at - before > APART_DAYS or scores[at] * scores[before] < 0:
            since = day
        before = at
        weekdays = _weekdays(at)
        value = float(above[at] / below[at])
        usual = float(above[weekdays].sum() / below[weekdays].sum())
        yield Deviation(day, metric.name, float(scores[at]), value, usual, since)


def _parts(metric: Metric, counts: pl.DataFrame) -> tuple[Floats, Floats]:
    """Numerator and denominator of each day; of a count the denominator is 1."""
    above = counts[metric.numerator].to_numpy().astype(np.float64)
    if metric.denominator is None:
        return above, np.ones_like(above)
    return above, counts[metric.denominator].to_numpy().astype(np.float64)


def _least(metric: Metric) -> int:
    return max(LEAST_COUNT, metric.minimum_n)


def _weekdays(at: int) -> NDArray[np.int64]:
    """Places of the same weekday in the four weeks before."""
    return at - WEEK_DAYS * np.arange(1, WEEKS_BEFORE + 1)


def robust_scores(above: Floats, below: Floats, least: int, *, is_ratio: bool) -> Floats:
    """Each day's distance from what the days before let be expected, in their robust deviations.

    Args:
        above: a count of each day without gaps, or the numerator of a ratio.
        below: its denominator; 1 for counts.
        least: denominators of a ratio, or counts (observed or expected), that are too small to judge.
        is_ratio: whether `below` counts something.

    Returns:
        NaN where there is too little to judge by.
    """
    surprise, scores = np.full((2, len(above)), np.nan)
    is_unusual = np.zeros(len(above), np.bool_)
    for at in range(WEEK_DAYS * WEEKS_BEFORE, len(above)):
        weekdays = _weekdays(at)
        chosen = weekdays[~is_unusual[weekdays] & (below[weekdays] > 0)]
        if len(chosen) < LEAST_USUAL:
            chosen = weekdays[below[weekdays] > 0]
        if not len(chosen):
            continue
        expected = float(np.median(above[chosen] / below[chosen]) * below[at])
        size = min(below[at], np.median(below[chosen])) if is_ratio else max(above[at], expected)
        if size < least:
            continue
        surprise[at] = np.log(max(above[at], LEAST_VALUE) / max(expected, LEAST_VALUE))
        error = _error(above[at], expected, float(np.median(above[chosen])))
        past = slice(max(0, at - HISTORY_DAYS), at)
        scores[at] = _score(surprise[at], surprise[past], is_unusual[past], error)
        is_unusual[at] = abs(scores[at]) > THRESHOLD
    return scores


def _error(value: float, expected: float, usual: float) -> float:
    """Sampling error of the log of a count over its expectation, were both drawn from one Poisson law."""
    return float(
        np.sqrt(2 / max(value + expected, 2 * LEAST_VALUE) + MEDIAN_VARIANCE / max(usual, LEAST_VALUE))
    )


def _score(surprise: float, known: Floats, is_unusual: NDArray[np.bool_], error: float) -> float:
    """Unusual days count for the middle, which must follow a drift, and not for the spread."""
    is_unusual, known = is_unusual[np.isfinite(known)], known[np.isfinite(known)]
    if len(known) < LEAST_HISTORY:
        return float("nan")
    middle = np.median(known)
    distances = np.abs(known - middle)
    spread = SPREAD * np.median(distances if is_unusual.all() else distances[~is_unusual])
    return float((surprise - middle) / max(spread, error, LEAST_SPREAD))
