"""Scenarios put into words and figures: plain rows in, sentences and a Plotly figure out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import BLUE, GREY, GRID
from dashboards.forest import Interval
from dashboards.forest import Row as ForestRow
from dashboards.formats import lift, lift_range, listed, number, scale, short_day
from dashboards.reader import Row

SCENARIOS = "forecasts.scenarios"
LEVER_ROWS = "forecasts.scenario_levers"
REPLAYS = "validation.scenario_replays"
BASELINE = "baseline"

METRICS = {
    "dau": "DAU",
    "wau": "WAU",
    "mau": "MAU",
    "active_subscribers": "Subscribers",
    "mrr_usd": "Monthly revenue",
}
LEVERS = {
    "acquisition": "New users",
    "nurr": "New users back on day 2",
    "curr": "Current users back next day",
    "resurrection": "Dormant users back",
    "quality": "Mean rating",
    "price": "Price",
}
HEIGHT = 320
LONGEST_TITLE = 30
NOTHING = 1e-9
"""What an end of zero is on the log scale."""


@dataclass(frozen=True)
class Day:
    """One day to come, with and without the change.

    Attributes:
        day: the day.
        baseline: level without.
        baseline_low: lower end of its 80 % interval; None without a forecast.
        baseline_high: upper end.
        ratio: scenario / baseline.
        low: lower end of the ratio's 80 % interval.
        high: upper end.
    """

    day: date
    baseline: float
    baseline_low: float | None
    baseline_high: float | None
    ratio: float
    low: float
    high: float

    @property
    def scenario(self) -> float:
        return self.baseline * self.ratio

    @property
    def scenario_ends(self) -> tuple[float, float]:
        """The 80 % interval of the level: the forecast's and the ratio's, independent on the log scale."""
        low = _joined([(self.baseline, self.baseline_low), (self.ratio, self.low)], -1)
        high = _joined([(self.baseline, self.baseline_high), (self.ratio, self.high)], 1)
        return self.scenario * low, self.scenario * high


def moved(values: Mapping[str, float]) -> dict[str, float]:
    """The levers that are not at rest."""
    return {name: value for name, value in values.items() if round(value, 6) != 0}


def combined(baseline: Sequence[Row], levers: Sequence[Row], values: Mapping[str, float]) -> list[Day]:
    """The days to come with some levers moved: ratios multiplied, intervals joined as if independent.

    Args:
        baseline: rows of the baseline scenario for one metric.
        levers: rows of `forecasts.scenario_levers` for that metric.
        values: where each lever stands.
    """
    chosen = moved(values)
    found: dict[date, list[Row]] = {}
    for row in levers:
        if row["lever"] in chosen and abs(row["change"] - chosen[row["lever"]]) < 1e-6:
            found.setdefault(row["event_date"], []).append(row)
    days: list[Day] = []
    for row in sorted(baseline, key=lambda row: row["event_date"]):
        parts = found.get(row["event_date"], [])
        ratio = math.prod(part["ratio"] for part in parts)
        low = _joined([(part["ratio"], part["low_80"]) for part in parts], -1)
        high = _joined([(part["ratio"], part["high_80"]) for part in parts], 1)
        ends = (row["baseline_low_80"], row["baseline_high_80"])
        days.append(Day(row["event_date"], row["baseline"], *ends, ratio, ratio * low, ratio * high))
    return days


def _joined(parts: Sequence[tuple[float, float | None]], side: int) -> float:
    """Factor to the end of a product's interval, from (value, end) of each factor."""
    widths = [math.log(max(end, NOTHING) / value) for value, end in parts if end is not None and value > 0]
    return math.exp(side * math.hypot(*widths)) if widths else 1.0


def change_in_words(lever: str, value: float) -> str:
    """Such as `new users +20.0%`, `mean rating +0.1 stars`."""
    amount = f"{value:+.1f} stars" if lever == "quality" else lift(value, 0)
    return f"{_lower(LEVERS[lever])} {amount}"


def _level(value: float, metric: str) -> str:
    return f"{number(value, 'count')} USD" if metric == "mrr_usd" else number(value, "count")


def _lower(label: str) -> str:
    """A label inside a sentence."""
    return label if label.isupper() else f"{label[:1].lower()}{label[1:]}"


def headline(days: Sequence[Day], metric: str, values: Mapping[str, float]) -> str:
    """What the levers do to the metric on the last day."""
    last, label = days[-1], METRICS[metric]
    when = short_day(last.day)
    chosen = moved(values)
    if not chosen:
        return f"Nothing changes: {_lower(label)} of {_level(last.baseline, metric)} on {when}"
    what = listed([change_in_words(name, value) for name, value in chosen.items()])
    effect = lift_range(last.ratio - 1, last.low - 1, last.high - 1)
    gained = last.scenario - last.baseline
    sign = "−" if gained < 0 else "+"
    return f"With {what}: {_lower(label)} {effect} on {when}, {sign}{_level(abs(gained), metric)}"


def subtitle(days: Sequence[Day], source: str) -> str:
    """Metric, unit, window and population."""
    level = "the forecast" if source == "forecast" else "the growth model alone (no forecast was built)"
    return (
        f"Overall, {short_day(days[0].day)} to {short_day(days[-1].day)}; changes from the first day on · "
        f"level: {level} · band and brackets: 80% intervals"
    )


def fan(days: Sequence[Day], metric: str, *, is_moved: bool) -> go.Figure:
    """Baseline in grey and the scenario in blue, each with its 80 % band, labelled at its end."""
    ends = [day.scenario_ends for day in days]
    lows = [day.baseline if day.baseline_low is None else day.baseline_low for day in days]
    highs = [day.baseline if day.baseline_high is None else day.baseline_high for day in days]
    axis = scale("count", highs + [high for _, high in ends])
    figure = go.Figure()
    dates = [day.day for day in days]
    _band(figure, dates, lows, highs, "rgba(128, 128, 128, 0.18)")
    _line(figure, dates, [day.baseline for day in days], GREY, "baseline")
    if is_moved:
        _band(figure, dates, [low for low, _ in ends], [high for _, high in ends], "rgba(0, 114, 178, 0.18)")
        _line(figure, dates, [day.scenario for day in days], BLUE, "scenario")
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 48, "r": 76, "t": 12, "b": 40},
        showlegend=False,
        hovermode="x unified",
        xaxis={"showgrid": False, "fixedrange": True, "tickformat": "%-d %b", "nticks": 5},
        yaxis={
            "rangemode": "tozero",
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
            "tickformat": axis.tick_format,
        },
        meta={"metric": metric},
    )
    _labels(figure, days[-1], is_moved=is_moved)
    return figure


def _labels(figure: go.Figure, last: Day, *, is_moved: bool) -> None:
    """Names at the lines' ends, pushed apart where the lines meet."""
    is_above = last.ratio >= 1
    anchors = {"baseline": "top" if is_above else "bottom", "scenario": "bottom" if is_above else "top"}
    named = {"baseline": (last.baseline, GREY), **({"scenario": (last.scenario, BLUE)} if is_moved else {})}
    for name, (level, color) in named.items():
        figure.add_annotation(
            x=last.day, y=level, text=name, xanchor="left", yanchor=anchors[name] if is_moved else "middle",
            showarrow=False, xshift=4, font={"size": 12, "color": color if name == "scenario" else None},
        )  # fmt: skip


def _band(figure: go.Figure, dates: list[date], lows: list[float], highs: list[float], color: str) -> None:
    figure.add_scatter(x=dates, y=highs, mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(
        x=dates, y=lows, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=color, hoverinfo="skip"
    )


def _line(figure: go.Figure, dates: list[date], values: list[float], color: str, name: str) -> None:
    figure.add_scatter(
        x=dates, y=values, mode="lines", line={"color": color, "width": 2}, name=name,
        hovertemplate="%{y:,.0f}",
    )  # fmt: skip


def last_rows(rows: Sequence[Row], metric: str) -> list[Row]:
    """Each named scenario on the last day, and those that cannot be told; largest effect first."""
    told = [row for row in rows if row["scenario_id"] != BASELINE]
    own = [row for row in told if row["metric"] == metric and row["event_date"] is not None]
    last = max((row["event_date"] for row in own), default=None)
    shown = sorted((row for row in own if row["event_date"] == last), key=lambda row: -row["ratio"])
    return shown + [row for row in told if row["event_date"] is None]


def forest_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """A row a scenario: relative effect on the last day with its 80 % interval."""
    return [_forest_row(row) for row in rows]


def _forest_row(row: Row) -> ForestRow:
    if row["reason"] is not None:
        return ForestRow(_short(row["title"]), "cannot be told", hover=row["reason"])
    interval = Interval(row["ratio"] - 1, row["ratio_low_80"] - 1, row["ratio_high_80"] - 1)
    is_noise = interval.low <= 0 <= interval.high
    tone = "noise" if is_noise else "good" if interval.estimate > 0 else "bad"
    text = lift_range(interval.estimate, interval.low, interval.high)
    return ForestRow(_short(row["title"]), text, tone, interval, hover=f"{row['title']}: {text}")


def _short(title: str) -> str:
    """A title that leaves room for its effect at 390 pixels."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def forest_headline(rows: Sequence[Row], metric: str) -> str:
    """How many of the named scenarios surely move the metric, and which most."""
    told = [row for row in rows if row["reason"] is None]
    sure = [row for row in told if not row["ratio_low_80"] <= 1 <= row["ratio_high_80"]]
    label = _lower(METRICS[metric])
    if not sure:
        return f"None of {len(told)} scenarios surely moves {label}"
    first = max(sure, key=lambda row: abs(row["ratio"] - 1))
    most = f"{first['title']}, {lift(first['ratio'] - 1)}"
    return f"{len(sure)} of {len(told)} scenarios surely move {label}; most: {most}"


def replays_in_words(rows: Sequence[Row]) -> str:
    """How often predictions came true where they could be tried."""
    judged = [row for row in rows if row["is_headline"] and row["covers_80"] is not None]
    if not judged:
        return (
            "No scenario was played in a simulated world yet: how far to trust these intervals is not known."
        )
    held, worlds = sum(row["covers_80"] for row in judged), len({row["seed"] for row in judged})
    return (
        f"Tried where it can be: 80% intervals covered {held} of {len(judged)} scenarios that were played "
        f"for real in {worlds} simulated worlds."
    )


def assumptions(rows: Sequence[Row]) -> list[str]:
    """Each source once, in order."""
    lines = (line for row in rows for line in (row.get("sources") or row.get("source") or "").split("\n"))
    return list(dict.fromkeys(line for line in lines if line))


def as_frame(days: Sequence[Day]) -> pl.DataFrame:
    """What the fan draws, for download."""
    return pl.DataFrame(
        [
            {
                "event_date": day.day,
                "baseline": day.baseline,
                "scenario": day.scenario,
                "scenario_low_80": day.scenario_ends[0],
                "scenario_high_80": day.scenario_ends[1],
                "ratio": day.ratio,
                "ratio_low_80": day.low,
                "ratio_high_80": day.high,
            }
            for day in days
        ]
    )
