"""The effect against time: a line in the band of its interval, with the sequential boundary if any."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, GRID, VERMILLION
from dashboards.formats import lift_range, long_day
from dashboards.reader import Row

TABLE = "experiments.effects_over_time"
BAND = "rgba(0, 114, 178, 0.18)"
COLUMNS = (
    "curve", "position", "position_date", "control_units", "treatment_units", "relative_effect",
    "relative_low", "relative_high", "boundary_low", "boundary_high", "has_crossed", "reason",
)  # fmt: skip
Curve = Literal["as_of", "days_since_exposure", "cohort"]
WIDEST = 4.0


def points(rows: Sequence[Row], curve: Curve) -> list[Row]:
    """The points of a curve that have an estimate, in order."""
    known = [row for row in rows if row["curve"] == curve and row["relative_effect"] is not None]
    return sorted(known, key=lambda row: row["position"])


def headline(rows: Sequence[Row]) -> str:
    """What the estimate has come to, and when the boundary was crossed."""
    shown = points(rows, "as_of")
    if not shown:
        return "Too few units on any day for a curve"
    last = shown[-1]
    told = f"After {last['position'] + 1} days the effect is {_decisive_words(last)}"
    crossed = next((row for row in shown if row["has_crossed"]), None)
    if crossed is not None:
        return f"{told}; its sequential boundary was crossed on {_place(crossed)}"
    has_boundary = any(row["boundary_low"] is not None for row in shown)
    return f"{told}; its sequential boundary was never crossed" if has_boundary else told


def _words(row: Row) -> str:
    return lift_range(row["relative_effect"], row["relative_low"], row["relative_high"])


def _decisive_words(row: Row) -> str:
    """With the interval that decides: the sequential one where there is one."""
    low, high = row["boundary_low"], row["boundary_high"]
    if low is None or high is None:
        return _words(row)
    return lift_range(row["relative_effect"], low, high)


def subtitle(rows: Sequence[Row], unit: str, level: str) -> str:
    """What the curve shows, of how many units, how much of the plan is in, and which looks count."""
    shown = points(rows, "as_of")
    fraction = next((row["information_fraction"] for row in reversed(shown)), None)
    planned = "" if fraction is None else f"{min(fraction, 1.0):.0%} of the plan is in"
    is_sequential = any(row["boundary_low"] is not None for row in shown)
    looks = (
        f"shaded: {level} interval for one look · dashed: for repeated looks, which decides"
        if is_sequential
        else f"shaded: its {level} interval · planned for one look: only the last day decides"
    )
    units = f"n = {_units(shown[-1]):,} {unit}s by the last day" if shown else ""
    parts = ("Relative effect of all units so far", units, planned, looks if shown else "")
    return " · ".join(part for part in parts if part)


def curve_chart(rows: Sequence[Row], curve: Curve) -> go.Figure:
    """A line with its interval; the sequential interval dashed in orange, labelled at its end."""
    shown = points(rows, curve)
    places = [row["position_date"] or row["position"] for row in shown]
    figure = go.Figure()
    banded = [row for row in shown if row["relative_low"] is not None and row["relative_high"] is not None]
    across = [row["position_date"] or row["position"] for row in banded]
    for name, fill in (("relative_high", None), ("relative_low", "tonexty")):
        figure.add_scatter(
            x=across, y=[row[name] for row in banded], mode="lines", line={"width": 0}, fill=fill,
            fillcolor=BAND, hoverinfo="skip", name=name,
        )  # fmt: skip
    figure.add_scatter(
        x=places,
        y=[row["relative_effect"] for row in shown],
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"size": 5, "color": BLUE},
        customdata=[_hover(row) for row in shown],
        hovertemplate="%{customdata}<extra></extra>",
        name="effect",
    )
    low, high = _bounds(shown)
    _add_boundary(figure, shown, high)
    figure.add_hline(y=0, line={"color": GREY, "width": 2})
    is_dated = bool(shown) and shown[0]["position_date"] is not None
    figure.update_layout(
        height=300,
        margin={"l": 52, "r": 12, "t": 12, "b": 48},
        showlegend=False,
        xaxis={"showgrid": False, "fixedrange": True, "nticks": 6, **_axis(is_dated=is_dated)},
        yaxis={"range": [low, high], "tickformat": "~%", "nticks": 5, "gridcolor": GRID, "zeroline": False,
               "fixedrange": True},
    )  # fmt: skip
    return figure


def _axis(*, is_dated: bool) -> dict[str, object]:
    return (
        {"tickformat": "%-d %b\n%Y"}
        if is_dated
        else {"title": {"text": "days since exposure"}, "tickformat": "d"}
    )


def _add_boundary(figure: go.Figure, shown: Sequence[Row], top: float) -> None:
    bounded = [row for row in shown if row["boundary_low"] is not None and row["boundary_high"] is not None]
    if not bounded:
        return
    for name in ("boundary_low", "boundary_high"):
        figure.add_scatter(
            x=[row["position_date"] or row["position"] for row in bounded],
            y=[row[name] for row in bounded],
            mode="lines",
            line={"color": VERMILLION, "width": 1.5, "dash": "dash"},
            hovertemplate="sequential interval %{y:+.2%}<extra></extra>",
            name=name,
        )
    figure.add_annotation(
        text=f'<span style="color:{VERMILLION}">- -</span> valid at every look',
        x=1,
        xref="paper",
        xanchor="right",
        y=top,
        yanchor="top",
        showarrow=False,
        font={"size": 12},
    )


def _bounds(shown: Sequence[Row]) -> tuple[float, float]:
    """The axis fits the later half of the curve: the first days' intervals may leave it."""
    later = shown[len(shown) // 4 :]
    names = ("relative_effect", "relative_low", "relative_high", "boundary_low", "boundary_high")
    values = [row[name] for row in later for name in names if row[name] is not None]
    values += [0.0, *(row["relative_effect"] for row in shown[-1:])]
    reach = WIDEST * max((abs(row["relative_effect"]) for row in later), default=0.01)
    reach = max(reach, 1.2 * max((abs(v) for v in values if abs(v) <= reach), default=0.01), 0.005)
    low, high = max(min(values), -reach), min(max(values), reach)
    room = 0.08 * (high - low) or 0.01
    return low - room, high + room


def _place(row: Row) -> str:
    return long_day(row["position_date"]) if row["position_date"] else f"day {row['position']}"


def _hover(row: Row) -> str:
    return f"{_place(row)}: {_words(row)}, n = {_units(row):,}"


def _units(row: Row) -> int:
    return (row["treatment_units"] or 0) + (row["control_units"] or 0)


def novelty(diagnostics: Sequence[Row], metric: str) -> str:
    """What the novelty test says of a metric; empty where it was not run on it."""
    return next(
        (
            row["sentence"]
            for row in diagnostics
            if row["diagnostic"] == "novelty" and row["metric"] == metric and row["sentence"]
        ),
        "",
    )


def since_exposure_headline(rows: Sequence[Row], tested: str = "") -> str:
    """The finding of the novelty test, else the effect of the first day and of the last with intervals.

    Args:
        rows: rows of `experiments.effects_over_time` about one metric.
        tested: what the novelty test says of it.
    """
    shown = points(rows, "days_since_exposure")
    if len(shown) < 2:
        return "Too few days since exposure for a curve"
    if tested:
        return tested.rstrip(".")
    first, last = shown[0], shown[-1]
    return (
        f"{_words(first)} on day {first['position']} since exposure, {_words(last)} on day {last['position']}"
    )


def since_exposure_subtitle(rows: Sequence[Row], unit: str, level: str) -> str:
    """What the curve by days since exposure shows, and how many units its ends rest on."""
    shown = points(rows, "days_since_exposure")
    told = f"Relative effect of single days since exposure with its {level} interval: one day alone is noisy"
    if not shown:
        return told
    return f"{told} · n = {_units(shown[0]):,} {unit}s on the first day, {_units(shown[-1]):,} on the last"
