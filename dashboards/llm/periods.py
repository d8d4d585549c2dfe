"""Four weeks against the four before: sums over days, with intervals from how much days differ."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Literal

import polars as pl

from dashboards.formats import long_day, percent

DAYS = 28
FEWEST_DAYS = 14
T = {14: 2.16, 28: 2.05}
"""Student's t for 95 % with one degree of freedom less than days; between the two the larger is used."""

Verdict = Literal["better", "worse", "neutral"]


@dataclass(frozen=True)
class Level:
    """A ratio of sums over the days of a period.

    Attributes:
        value: the ratio.
        error: its standard error, days being drawn independently.
        n: what was divided by.
        days: days with data.
    """

    value: float
    error: float
    n: float
    days: int

    @property
    def reach(self) -> float:
        """Half of the 95 % interval."""
        return (T[28] if self.days >= DAYS else T[14]) * self.error


def level(rows: pl.DataFrame, above: str, below: str, last_day: date) -> Level | None:
    """The four weeks that end on a day; None below two weeks with data.

    Args:
        rows: event_date and the two columns, a row a day.
        above: column of the numerator.
        below: column of the denominator; days without it are left out.
        last_day: last day that counts.
    """
    own = rows.filter(
        pl.col("event_date").is_between(last_day - timedelta(days=DAYS - 1), last_day),
        pl.col(above).is_not_null(),
        pl.col(below) > 0,
    )
    if own.height < FEWEST_DAYS:
        return None
    total, n = (float(own[name].cast(pl.Float64).sum()) for name in (above, below))
    value = total / n
    misses = own[above].cast(pl.Float64) - value * own[below].cast(pl.Float64)
    error = sqrt(float((misses**2).sum()) * own.height / (own.height - 1)) / n
    return Level(value, error, n, own.height)


@dataclass(frozen=True)
class Card:
    """A number with its interval, and how it moved.

    Attributes:
        label: what it is.
        value: in words; `too few` without an estimate.
        delta: change from the four weeks before, in words; None without them.
        verdict: whether the change is beyond noise, and good.
        detail: interval, n and window.
        help: how it is made.
        comparison: what the change is against, and whether it is noise.
    """

    label: str
    value: str
    delta: str | None
    verdict: Verdict
    detail: str
    help: str
    comparison: str = ""


def satisfied(ratings: pl.DataFrame) -> Card:
    """Share of ratings of four or five stars."""
    told = "Ratings of 4 or 5 stars among all ratings. Those who rate are no random sample. Higher is better."
    return _card("Satisfied ratings", ratings, ("satisfied_ratings", "ratings"), "up", told, "ratings")


def latency(quality: pl.DataFrame) -> Card:
    """The mean day's 95th percentile of latency."""
    told = "Mean of the days’ 95th percentiles: one call in twenty took longer. Lower is better."
    rows = quality.with_columns(one=pl.lit(1.0)) if not quality.is_empty() else quality
    return _card("Latency p95", rows, ("latency_p95_ms", "one"), "down", told, "days")


def cost(quality: pl.DataFrame) -> Card:
    """Price of the calls per 1,000 answers that are expected to hold no unsupported claim."""
    told = (
        "Price of all calls ÷ answers × (1 − the detector’s mean probability of an unsupported claim). "
        "As good as the detector: compare it with itself. Lower is better."
    )
    return _card(
        "Cost of 1,000 good answers", quality, ("cost_usd", "good_answers"), "down", told, "good answers"
    )


def _card(label: str, rows: pl.DataFrame, columns: tuple[str, str], way: str, told: str, noun: str) -> Card:
    if rows.is_empty():
        return Card(label, "no data", None, "neutral", "not built yet", told)
    last_day: date = rows["event_date"].max()  # pyright: ignore[reportAssignmentType]
    now, before = (level(rows, *columns, day) for day in (last_day, last_day - timedelta(days=DAYS)))
    if now is None:
        return Card(label, "too few", None, "neutral", f"fewer than {FEWEST_DAYS} days with data", told)
    low, high = now.value - now.reach, now.value + now.reach
    window = f"28 days to {long_day(last_day)}"
    detail = f"95%: {_value(label, low)} to {_value(label, high)}, n = {now.n:,.0f} {noun}, {window}"
    if before is None:
        return Card(label, _value(label, now.value), None, "neutral", f"{detail}; none before", told)
    change, noise = now.value - before.value, T[14] * sqrt(now.error**2 + before.error**2)
    verdict: Verdict = "neutral"
    if abs(change) > noise:
        verdict = "better" if (change > 0) == (way == "up") else "worse"
    said = "on the 28 days before" if verdict != "neutral" else "on the 28 days before, noise"
    delta = _change(label, change, before.value)
    return Card(label, _value(label, now.value), delta, verdict, detail, told, said)


def _value(label: str, value: float) -> str:
    if label.startswith("Latency"):
        return f"{value / 1000:.2f} s"
    if label.startswith("Cost"):
        return f"${1000 * value:.2f}"
    return percent(value)


def _change(label: str, change: float, before: float) -> str:
    if label.startswith("Satisfied"):
        return f"{100 * change:+.1f} pp"
    return f"{100 * change / before:+.1f}%"
