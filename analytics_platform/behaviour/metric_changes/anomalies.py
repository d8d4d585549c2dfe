"""Days unlike what the weeks before let be expected.

A day is set against the mean of the same weekday in the four weeks before; how far such days usually lie from
that (their median and median absolute deviation over the eight weeks before) says whether it is unusual.

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
APART_DAYS = 3
"""Unusual days no further apart are one run: a break shows on its weekdays first."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """A day on which a metric was unlike itself.

    Attributes:
        day: when.
        metric: which.
        robust_z: how many usual deviations it lies from what was to be expected.
        value: of the metric that day.
        usual: what was to be expected, the mean of the same weekday in the four weeks before.
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
    found = (each for metric in MEASURED.values() for each in _unusual(metric, counts, begin))
    return sorted(found, key=lambda each: each.day)


def first_day(engine: Engine) -> date | None:
    """First day of the KPIs; a period that begins before it cannot be compared."""
    found: date | None = engine.query("SELECT min(event_date) AS day FROM behaviour.kpi_daily")["day"][
        0
    ].as_py()
    return found


def _unusual(metric: Metric, counts: pl.DataFrame, begin: date) -> Iterator[Deviation]:
    values, usual, error = expectations(metric, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.log(values) - np.log(usual)
    scores = robust_scores(np.where(np.isfinite(surprise), surprise, np.nan), error)
    since, before = begin, None
    for at in np.flatnonzero(np.abs(np.nan_to_num(scores)) > THRESHOLD):
        day = begin + timedelta(days=int(at))
        if before is None or at - before > APART_DAYS or scores[at] * scores[before] < 0:
            since = day
        before = at
        yield Deviation(day, metric.name, float(scores[at]), float(values[at]), float(usual[at]), since)


def expectations(metric: Metric, counts: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Each day's value, what was to be expected and the sampling error of the log of their ratio.

    NaN where there is too little to judge by.
    """
    above = counts[metric.numerator].to_numpy().astype(np.float64)
    below = np.ones_like(above)
    size = above
    if metric.denominator is not None:
        size = below = counts[metric.denominator].to_numpy().astype(np.float64)
    usual_above, usual_below, usual_size = (_usual(series) for series in (above, below, size))
    enough = np.minimum(size, usual_size) >= max(LEAST_COUNT, metric.minimum_n)
    if metric.denominator is None:
        enough = np.maximum(size, usual_size) >= LEAST_COUNT
    with np.errstate(divide="ignore", invalid="ignore"):
        values, usual = above / below, usual_above / usual_below
        error = np.sqrt(1.0 / np.maximum(above, 1.0) + 0.25 / np.maximum(usual_above, 0.25))
    return np.where(enough, values, np.nan), usual, error


def _usual(series: Floats) -> Floats:
    """Mean of the same weekday in the four weeks before; NaN where one of them is before the first day."""
    shifted = [
        np.concatenate([np.full(WEEK_DAYS * week, np.nan), series])[: len(series)]
        for week in range(1, WEEKS_BEFORE + 1)
    ]
    return np.mean(shifted, axis=0)


def robust_scores(surprise: Floats, error: Floats) -> Floats:
    """Each day's distance from the median of the days before, in their robust deviations; NaN without."""
    scores = np.full(len(surprise), np.nan)
    for at in range(len(surprise)):
        known = surprise[max(0, at - HISTORY_DAYS) : at]
        known = known[np.isfinite(known)]
        if len(known) >= LEAST_HISTORY and np.isfinite(surprise[at]):
            middle = np.median(known)
            spread = SPREAD * np.median(np.abs(known - middle))
            scores[at] = (surprise[at] - middle) / max(spread, error[at], LEAST_SPREAD)
    return scores
