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

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """A day on which a metric was unlike itself.

    Attributes:
        day: when.
        metric: which.
        robust_z: how many usual deviations it lies from what was to be expected.
    """

    day: date
    metric: str
    robust_z: float


def deviations(engine: Engine, as_of: date) -> list[Deviation]:
    """Every unusual day and metric up to a day, in order of days; each judged by the days before it alone."""
    kpis = pl.DataFrame(engine.query(QUERY, {"as_of": as_of}))
    if kpis.is_empty():
        return []
    first_day: date = kpis["event_date"][0]
    calendar = pl.DataFrame({"event_date": pl.date_range(first_day, as_of, eager=True)})
    counts = calendar.join(kpis, on="event_date", how="left", maintain_order="left").fill_null(0)
    found = (each for metric in MEASURED.values() for each in _unusual(metric, counts, first_day))
    return sorted(found, key=lambda each: each.day)


def _unusual(metric: Metric, counts: pl.DataFrame, first_day: date) -> Iterator[Deviation]:
    scores = robust_scores(*surprises(metric, counts))
    for at in np.flatnonzero(np.abs(np.nan_to_num(scores)) > THRESHOLD):
        yield Deviation(first_day + timedelta(days=int(at)), metric.name, float(scores[at]))


def surprises(metric: Metric, counts: pl.DataFrame) -> tuple[Floats, Floats]:
    """Log of each day over what was to be expected, and its sampling error; NaN where there is too little."""
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
        surprise = np.log(above / below) - np.log(usual_above / usual_below)
        error = np.sqrt(1.0 / above + 0.25 / usual_above)
    usable = enough & np.isfinite(surprise)
    return np.where(usable, surprise, np.nan), np.where(usable, error, np.nan)


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
