"""A KPI card: value, like-for-like change, sparkline; what it says is decided here, then drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
import streamlit as st

from analytics_platform.metrics import METRICS, Metric
from dashboards import series
from dashboards.comparisons import Change, change
from dashboards.formats import difference, listed, number, short_day
from dashboards.reader import ADOPTION

FIRST_SCREEN = (
    "dau",
    "mau",
    "stickiness",
    "new_users",
    "retention_7d",
    "engagement_seconds_per_user",
    "satisfied_share",
    "conversion_rate",
)
SPARKLINE_DAYS = 84
READING_GUIDE = (
    "Changes in a week compare like with like: a day with the same weekday before, seven days with the seven "
    "before; coloured only where more than noise (95%), green for good and orange for bad. "
    "Lines show twelve weeks, definitions stand under “?”"
)
NO_DATA = "No data"
TOO_FEW = "Too few"
IN_A_WEEK = "in a week"
NEVER = "never recorded"

Verdict = Literal["better", "worse", "neutral"]


@dataclass(frozen=True)
class Card:
    """What one card says.

    Attributes:
        metric: the metric shown.
        value: the number with its unit, or why there is none.
        delta: signed change, None where nothing can be compared.
        comparison: what the change is against.
        verdict: whether the change is good, bad or within its noise.
        sparkline: the values behind it, oldest first.
        help: definition, interval and n in words.
        change: the comparison itself.
    """

    metric: Metric
    value: str
    delta: str | None
    comparison: str
    verdict: Verdict
    sparkline: tuple[float, ...]
    help: str
    change: Change | None

    @property
    def is_recorded(self) -> bool:
        """Whether the lake ever counted what the metric counts."""
        return self.comparison != NEVER

    @property
    def is_beyond_noise(self) -> bool:
        """Whether the change exceeds the metric's noise."""
        return self.change is not None and not self.change.is_noise


def card(kpis: pl.DataFrame, metric: Metric, days: pl.DataFrame) -> Card:
    """The card of a metric on the last of some days.

    Args:
        kpis: the whole table, to tell what was never recorded from what is zero.
        metric: one of the registry.
        days: one segment's rows on a calendar, as `series.segment_days` returns them.
    """
    if not series.is_recorded(kpis, metric):
        return _bare(metric, NO_DATA, NEVER)
    if days.is_empty():
        return _bare(metric, NO_DATA, "not yet")
    by_day = series.values(days, metric)
    weeks = series.weekly(by_day, metric)
    window = _window(metric, by_day["event_date"][-1])
    latest = weeks[0]
    if latest.value is None:
        return _bare(metric, NO_DATA, window)
    if latest.n is not None and latest.n < metric.minimum_n:
        return _bare(metric, TOO_FEW, f"n = {latest.n:,.0f} of {metric.minimum_n:,}")
    compared = change(by_day, metric)
    return Card(
        metric=metric,
        value=number(latest.value, metric.unit),
        delta=difference(compared.before, compared.after, metric.unit) if compared else None,
        comparison=IN_A_WEEK if compared else "nothing alike a week earlier",
        verdict=_verdict(compared, metric),
        sparkline=_sparkline(series.enough(by_day, metric), metric),
        help="\n\n".join([metric.description, f"Shown: {window}{_n(latest.n)}.", *_noise(compared, metric)]),
        change=compared,
    )


def cards(kpis: pl.DataFrame, names: Sequence[str], days: pl.DataFrame) -> list[Card]:
    """Cards of several metrics of one segment; names that the registry lacks are refused with KeyError."""
    return [card(kpis, METRICS[name], days) for name in names]


def others() -> list[str]:
    """Metrics of the registry that are not on the first screen and that the daily KPIs hold."""
    return [name for name, metric in METRICS.items() if name not in FIRST_SCREEN and metric.grain != ADOPTION]


def as_rows(shown: Sequence[Card]) -> pl.DataFrame:
    """What the cards say as a table for download; low and high bound the noise."""
    columns = ("metric", "value", "comparison", "after", "before", "low", "high", "weekdays")
    rows = [(item.metric.name, item.value, item.comparison, *_figures(item.change)) for item in shown]
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def _figures(compared: Change | None) -> tuple[float | int | None, ...]:
    if compared is None:
        return (None,) * 5
    return compared.after, compared.before, compared.low, compared.high, compared.weekdays


def week_in_words(shown: Sequence[Card]) -> str:
    """The finding above the cards: what moved by more than noise."""
    compared = [item for item in shown if item.change is not None and item.change.low is not None]
    moved = [f"{_in_sentence(item.metric.label)} {item.delta}" for item in compared if item.is_beyond_noise]
    if not compared:
        return "Too few days of data to tell a change from noise"
    if not moved:
        return "No key metric moved by more than noise in the last week"
    return f"More than noise in a week: {listed(moved)}"


def unrecorded_in_words(shown: Sequence[Card]) -> str:
    """Metrics that the lake never counted, as a sentence; empty when it counts all of them."""
    names = [_in_sentence(item.metric.label) for item in shown if not item.is_recorded]
    return f"Never recorded in this lake: {listed(names)}." if names else ""


def draw(shown: Sequence[Card], columns: int) -> None:
    """The cards as a grid of at most so many columns, of which a phone keeps two."""
    colors: dict[Verdict, Literal["green", "red", "gray"]] = {
        "better": "green",
        "worse": "red",
        "neutral": "gray",
    }
    with st.grid(columns, min_column_width=150, gap="xsmall"):
        for item in shown:
            st.metric(
                item.metric.label,
                item.value,
                item.delta,
                delta_color=colors[item.verdict],
                delta_arrow="auto" if item.delta and item.delta[0] in "+-" else "off",
                delta_description=item.comparison or None,
                chart_data=item.sparkline or None,
                help=item.help,
                border=True,
                height="stretch",
            )


def _bare(metric: Metric, value: str, reason: str) -> Card:
    return Card(metric, value, None, reason, "neutral", (), metric.description, None)


def _window(metric: Metric, last_day: date) -> str:
    if metric.name in series.LEVELS:
        return f"{last_day:%a} {short_day(last_day)}"
    return f"7 days to {last_day:%a} {short_day(last_day)}"


def _verdict(compared: Change | None, metric: Metric) -> Verdict:
    if compared is None or compared.is_noise or metric.direction == "neutral":
        return "neutral"
    return "better" if (compared.after > compared.before) == (metric.direction == "up") else "worse"


def _sparkline(by_day: pl.DataFrame, metric: Metric) -> tuple[float, ...]:
    column = "daily" if metric.name in series.LEVELS else "trailing"
    return tuple(series.period(by_day, SPARKLINE_DAYS)[column].drop_nulls().to_list())


def _n(n: float | None) -> str:
    return "" if n is None else f", n = {n:,.0f}"


def _noise(compared: Change | None, metric: Metric) -> list[str]:
    good = {"up": "Higher is better.", "down": "Lower is better."}.get(metric.direction, "")
    if compared is None:
        return [good] if good else []
    earlier = "Same weekday before" if metric.name in series.LEVELS else "Seven days before"
    before = f"{earlier}: {number(compared.before, metric.unit)}."
    if compared.low is None or compared.high is None:
        return [f"{before} Too few days to tell a change from noise. {good}"]
    low, high = number(compared.low, metric.unit), number(compared.high, metric.unit)
    return [
        f"{before} Noise alone would give {low} to {high} (95%, from {compared.weekdays} weekdays). {good}"
    ]


def _in_sentence(label: str) -> str:
    """A label inside a sentence: abbreviations keep their capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
