"""A metric's values by day: of one day, of the seven days that end on it, of the same weekday weeks apart.

Rows come from `behaviour.kpi_daily`; a day without a row stays empty, so that a gap is drawn as a gap.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics_platform.metrics import METRICS, Metric

WEEK = 7
QUIET = 0.1
LEVELS = frozenset({"dau", "wau", "mau", "active_subscribers"})
"""Counts of people at a moment or in a window: they are read on a day, never summed over days."""


@dataclass(frozen=True)
class Weekly:
    """What a metric was in one week, for comparison with other weeks.

    Attributes:
        value: the metric; None without data.
        n: the denominator it rests on; None where it is a count.
        days: days with data that it covers.
    """

    value: float | None
    n: float | None
    days: int


def segment_days(kpis: pl.DataFrame, dimension: str, segment: str, last_day: date) -> pl.DataFrame:
    """Rows of one segment on an unbroken calendar, from its first day to `last_day`.

    Returns:
        One row a calendar day, in order; every column null where the table has no row.
    """
    rows = kpis.filter(
        pl.col("dimension") == dimension, pl.col("segment") == segment, pl.col("event_date") <= last_day
    )
    if rows.is_empty():
        return rows
    first_day = rows.select(pl.col("event_date").min()).item()
    calendar = pl.DataFrame({"event_date": pl.date_range(first_day, last_day, eager=True)})
    return calendar.join(rows, on="event_date", how="left", maintain_order="left")


def values(days: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """A metric on each day and over the seven days that end on it.

    Args:
        days: one row a calendar day, as `segment_days` returns them.
        metric: its numerator and denominator are columns of `days`.

    Returns:
        event_date; daily and daily_n; trailing (for a ratio the ratio of sums, for a count the mean of a
        day) and trailing_n; total, the sum of the numerator over the seven days; covered, how many of
        them have data. Null on days without data and where a denominator is zero.
    """
    top = pl.col(metric.numerator).cast(pl.Float64)
    bottom = pl.lit(None, pl.Float64) if metric.denominator is None else pl.col(metric.denominator)
    pairs = days.select("event_date", top=top, bottom=bottom.cast(pl.Float64))
    present = pl.col("top").is_not_null()
    if metric.denominator is not None:
        present &= pl.col("bottom").is_not_null()
    kept = pairs.with_columns(
        top=pl.when(present).then("top"), bottom=pl.when(present).then("bottom"), present=present
    )
    sums = kept.with_columns(
        total=_week("top"),
        weight=_week("bottom"),
        covered=pl.col("present").cast(pl.Int64).rolling_sum(WEEK, min_samples=1),
    )
    daily, trailing = pl.col("top"), pl.col("total") / pl.col("covered")
    if metric.denominator is not None:
        daily, trailing = _ratio("top", "bottom"), _ratio("total", "weight")
    return sums.select(
        "event_date",
        daily=daily,
        daily_n=pl.col("bottom"),
        trailing=pl.when("present").then(trailing),
        trailing_n=pl.when("present").then("weight"),
        total=pl.when("present").then("total"),
        covered=pl.when("present").then("covered"),
    )


def _week(column: str) -> pl.Expr:
    return pl.col(column).rolling_sum(WEEK, min_samples=1)


def _ratio(numerator: str, denominator: str) -> pl.Expr:
    return pl.when(pl.col(denominator) > 0).then(pl.col(numerator) / pl.col(denominator))


def enough(by_day: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The values with those left out that rest on fewer than the metric's minimum n."""
    if metric.denominator is None:
        return by_day
    return by_day.with_columns(
        daily=pl.when(pl.col("daily_n") >= metric.minimum_n).then("daily"),
        trailing=pl.when(pl.col("trailing_n") >= metric.minimum_n).then("trailing"),
    )


def weekly(by_day: pl.DataFrame, metric: Metric) -> list[Weekly]:
    """The metric on the last day and every seventh day before it, newest first.

    A level is its value of that day; other counts are summed, and ratios taken, over the seven days.
    """
    strided = by_day.reverse().gather_every(WEEK)
    if metric.name in LEVELS:
        read = strided.select("daily", n=pl.lit(None, pl.Float64), covered=pl.col("daily").is_not_null())
    elif metric.denominator is None:
        read = strided.select("total", n=pl.lit(None, pl.Float64), covered=pl.col("covered").fill_null(0))
    else:
        read = strided.select("trailing", n="trailing_n", covered=pl.col("covered").fill_null(0))
    return [Weekly(value, n, int(days)) for value, n, days in read.iter_rows()]


def period(by_day: pl.DataFrame, days: int | None) -> pl.DataFrame:
    """The last so many calendar days; None for all."""
    return by_day if days is None else by_day.tail(days)


def is_recorded(kpis: pl.DataFrame, metric: Metric) -> bool:
    """Whether the lake ever counted what the metric rests on; a log without ratings never does.

    A ratio rests on its denominator, and on its numerator where that is a metric of its own.
    """
    columns = {metric.denominator or metric.numerator, *({metric.numerator} & METRICS.keys())}
    return all(bool(kpis.select((pl.col(column) > 0).any()).item()) for column in columns)


def busiest_day(kpis: pl.DataFrame, last_day: date) -> date | None:
    """When a product has gone quiet, the day its busiest week ended; None while it is in use.

    Quiet means that less than a tenth of the greatest weekly active users are left.
    """
    weekly_users = (
        kpis.filter(pl.col("dimension") == "overall").select("event_date", "wau").sort("event_date")
    )
    now = weekly_users.filter(pl.col("event_date") == last_day)["wau"].sum()
    peak = weekly_users.top_k(1, by="wau")
    return peak["event_date"].item() if now < QUIET * peak["wau"].item() else None
