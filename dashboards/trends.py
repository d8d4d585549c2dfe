"""The trend of a metric: which lines a choice gives, what they show in words, and their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from analytics_platform.metrics import Metric
from dashboards import series
from dashboards.charts import Line, Marker
from dashboards.comparisons import change
from dashboards.formats import difference, listed, long_day, number

ALL_USERS = "All users"
DIMENSIONS = {"Role": "role", "Platform": "platform", "Country": "country", "Plan": "plan"}
RANKED_DAYS = 28
ORDER_WEEKS = 8
UNITS = {"share": " in %", "stars": " in stars"}


@dataclass(frozen=True)
class Trend:
    """What the trend chart draws.

    Attributes:
        headline: the finding.
        lines: at most five.
        rows: the values drawn, for download.
        first_day: first day drawn.
        last_day: last full day drawn.
    """

    headline: str
    lines: list[Line]
    rows: pl.DataFrame
    first_day: date
    last_day: date


def segments(kpis: pl.DataFrame, dimension: str, last_day: date) -> list[str]:
    """Segments of a dimension, those with most active users in the last four weeks first."""
    recent = pl.col("event_date").is_between(last_day - timedelta(days=RANKED_DAYS - 1), last_day)
    chosen = kpis.filter(pl.col("dimension") == dimension)
    ranked = chosen.group_by("segment").agg(size=pl.col("dau").filter(recent).sum())
    return ranked.sort("size", "segment", descending=[True, False])["segment"].to_list()


def populations(kpis: pl.DataFrame, last_day: date) -> dict[str, tuple[str, str]]:
    """Choices of whom the page is about, each with its dimension and segment."""
    found = {ALL_USERS: ("overall", "all")}
    for label, dimension in DIMENSIONS.items():
        found |= {f"{label}: {name}": (dimension, name) for name in segments(kpis, dimension, last_day)}
    return found


def single(
    kpis: pl.DataFrame,
    metric: Metric,
    population: tuple[str, str],
    last_day: date,
    *,
    full_day: date,
    length: int | None,
) -> Trend:
    """One population: its smoothed line with single days behind it.

    Args:
        kpis: `behaviour.kpi_daily`.
        metric: one of the registry.
        population: dimension and segment.
        last_day: last day that counts.
        full_day: last day that was over; when it is `last_day`, an unfinished day after it is drawn too.
        length: calendar days shown; None for all.
    """
    newest = kpis.select(pl.col("event_date").max()).item() if last_day == full_day else last_day
    days = series.segment_days(kpis, *population, newest)
    full = days.filter(pl.col("event_date") <= last_day)
    if full.is_empty():
        return Trend(f"{metric.label}: no data", [], pl.DataFrame(), last_day, last_day)
    rows = _rows(full, metric, population[1], length)
    shown = series.enough(series.values(days, metric), metric).filter(
        pl.col("event_date") >= rows["event_date"][0]
    )
    blank: list[float | None] = [None] * (shown.height - rows.height)
    line = Line(
        population[1],
        shown["event_date"].to_list(),
        [*rows["trailing"].to_list(), *blank],
        shown["daily"].to_list(),
        partial_from=rows.height if blank else None,
    )
    return Trend(_movement(full, metric), [line], rows, rows["event_date"][0], last_day)


def split(
    kpis: pl.DataFrame,
    metric: Metric,
    dimension: str,
    names: Sequence[str],
    last_day: date,
    *,
    length: int | None,
) -> Trend:
    """Several segments of one dimension, a smoothed line each."""
    whole = series.segment_days(kpis, "overall", "all", last_day)
    first_day = series.period(whole, length)["event_date"][0]
    days = {name: series.segment_days(kpis, dimension, name, last_day) for name in names}
    rows = [_rows(found, metric, name, length) for name, found in days.items() if not found.is_empty()]
    lines = [Line(one["segment"][0], one["event_date"].to_list(), one["trailing"].to_list()) for one in rows]
    together = pl.concat(rows) if rows else pl.DataFrame()
    return Trend(_ranking(lines, metric), lines, together, first_day, last_day)


def subtitle(metric: Metric, trend: Trend, population: str, marked: Sequence[Marker] = ()) -> str:
    """Metric, unit, window, population, and what the marks mean."""
    smoothed = "7-day mean" if metric.denominator is None else "7-day ratio"
    few = f", fewer than {metric.minimum_n:,} left out" if metric.denominator and metric.minimum_n > 1 else ""
    behind = " (grey: single days)" if any(line.daily for line in trend.lines) else ""
    window = f"{long_day(trend.first_day)} to {long_day(trend.last_day)}"
    unit = UNITS.get(metric.unit, "")
    legend = " · ▲ experiment starts" if marked else ""
    return f"{metric.label}{unit}, {smoothed}{few}{behind} · {window} · {population}{legend}"


def markers(starts: pl.DataFrame, first_day: date, last_day: date) -> list[Marker]:
    """Starts of experiments (event_date, experiment_id) within a period, one marker a day."""
    within = starts.filter(pl.col("event_date").is_between(first_day, last_day))
    by_day = within.group_by("event_date", maintain_order=True).agg("experiment_id")
    return [Marker(day, f"starts: {listed(names)}") for day, names in by_day.iter_rows()]


def _rows(days: pl.DataFrame, metric: Metric, segment: str, length: int | None) -> pl.DataFrame:
    shown = series.period(series.enough(series.values(days, metric), metric), length)
    return shown.select(
        "event_date", pl.lit(segment).alias("segment"), "daily", "daily_n", "trailing", "trailing_n"
    )


def _movement(days: pl.DataFrame, metric: Metric) -> str:
    """How one population moved in a week, against noise."""
    by_day = series.values(days, metric)
    latest = series.weekly(by_day, metric)[0]
    if latest.value is None:
        return f"{metric.label}: no data in the last seven days"
    if latest.n is not None and latest.n < metric.minimum_n:
        return f"{metric.label}: too few in the last seven days (n = {latest.n:,.0f})"
    compared = change(by_day, metric)
    if compared is None:
        return f"{metric.label}: {number(latest.value, metric.unit)}, with nothing alike a week earlier"
    delta = difference(compared.before, compared.after, metric.unit)
    if compared.low is None:
        return f"{metric.label}: {delta} in a week; too few days to tell that from noise"
    if compared.is_noise:
        return f"{metric.label}: {delta} in a week, no more than noise"
    verb = "rose" if compared.after > compared.before else "fell"
    return f"{metric.label} {verb} by {delta.lstrip('+-')} in a week, more than noise"


def _ranking(lines: Sequence[Line], metric: Metric) -> str:
    """The highest and the lowest of several lines at their end, and how often that order held before."""
    known = [(value, line) for line in lines if (value := line.values[-1]) is not None]
    if len(known) < 2:
        alone = "".join(f"{number(value, metric.unit)} for {line.name}, " for value, line in known)
        return f"{metric.label}: {alone}too few others in the last seven days to compare"
    (most, first), (least, last) = max(known, key=_value), min(known, key=_value)
    if most == least:
        names = listed([line.name for _, line in known])
        return f"{metric.label}: {number(most, metric.unit)} for {names} alike"
    held, weeks = _order_held(first, last)
    return (
        f"{metric.label}: highest for {first.name} ({number(most, metric.unit)}), lowest for {last.name} "
        f"({number(least, metric.unit)}), that way round in {held} of {weeks} weeks"
    )


def _value(pair: tuple[float, Line]) -> float:
    return pair[0]


def _order_held(upper: Line, lower: Line) -> tuple[int, int]:
    """In how many of the last eight weeks with data, this one included, one line lay above another."""
    pairs = zip(upper.values[:: -series.WEEK], lower.values[:: -series.WEEK], strict=False)
    both = [(one, other) for one, other in pairs if one is not None and other is not None][:ORDER_WEEKS]
    return sum(one > other for one, other in both), len(both)
