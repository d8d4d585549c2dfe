"""Forest plots: a row an effect, its name and its words on one line, its interval across the width below.

So drawn, a row reads alike at 390 and at 1,440 pixels: text never takes the interval's room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREEN, GREY, GRID, PURPLE, VERMILLION, error_bar

Tone = Literal["good", "bad", "moved", "noise", "broken"]
NOISE = "#7F8C99"
COLORS: dict[Tone, str] = {"good": GREEN, "bad": VERMILLION, "moved": BLUE, "noise": NOISE, "broken": NOISE}
SYMBOLS: dict[Tone, str] = {
    "good": "circle",
    "bad": "diamond",
    "moved": "square",
    "noise": "circle-open",
    "broken": "x-thin-open",
}
ROW_HEIGHT = 46
TEXT_AT, BAR_AT, SHADOW_AT = -0.2, 0.18, 0.34
WIDEST = 4.0
"""An interval is cut, with an arrow, beyond so many times the usual reach of the others."""


@dataclass(frozen=True)
class Interval:
    """An estimate between its ends, all on one scale."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One row of a forest plot.

    Attributes:
        label: what the effect is of; on the left.
        text: effect and interval in words; on the right.
        tone: what the colour says; `noise` where the adjusted interval holds zero.
        interval: the effect, as a share; None where it cannot be estimated.
        shadow: a second estimate of the same effect, drawn below in purple.
        mark: where a margin lies, as a share.
        hover: more words.
    """

    label: str
    text: str
    tone: Tone = "noise"
    interval: Interval | None = None
    shadow: Interval | None = None
    mark: float | None = None
    hover: str = ""


def forest(
    rows: Sequence[Row], tick_format: str = "~%", suffix: str = "", widest: float = WIDEST
) -> go.Figure:
    """Effects with their intervals around zero, in the given order, first on top.

    Args:
        rows: what to draw.
        tick_format: d3 format of the ticks.
        suffix: written after each tick.
        widest: an interval is cut beyond so many times the usual reach of the others.
    """
    bound = _bounds(rows, widest)
    figure = go.Figure()
    _add_zero(figure, len(rows))
    _add_marks(figure, rows)
    for tone, color in COLORS.items():
        chosen = [
            (at, row.interval, row.hover or row.text)
            for at, row in enumerate(rows)
            if row.tone == tone and row.interval
        ]
        _add_intervals(figure, chosen, bound, (BAR_AT, color, SYMBOLS[tone], tone))
    shadows = [(at, row.shadow, "") for at, row in enumerate(rows) if row.shadow]
    _add_intervals(figure, shadows, bound, (SHADOW_AT, PURPLE, "triangle-up", "shrunken"))
    for at, row in enumerate(rows):
        figure.add_annotation(text=f"<b>{row.label}</b>", x=0, xanchor="left", y=at + TEXT_AT, **_TEXT)
        figure.add_annotation(text=row.text, x=1, xanchor="right", y=at + TEXT_AT, **_TEXT)
    figure.update_layout(
        height=ROW_HEIGHT * len(rows) + 40,
        margin={"l": 4, "r": 4, "t": 4, "b": 30},
        showlegend=False,
        hovermode="closest",
        xaxis={
            "range": list(bound),
            "tickformat": tick_format,
            "ticksuffix": suffix,
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": [at + 0.5 for at in range(len(rows) - 1)],
            "showticklabels": False,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
    )
    return figure


_TEXT = {"xref": "paper", "yref": "y", "yanchor": "middle", "showarrow": False, "font": {"size": 12}}


def _bounds(rows: Sequence[Row], widest: float) -> tuple[float, float]:
    """Ends of the axis: every estimate and mark, and intervals up to some reach."""
    shown = [part for row in rows for part in (row.interval, row.shadow) if part]
    if not shown:
        return -0.1, 0.1
    reach = widest * median(max(abs(part.low), abs(part.high)) for part in shown)
    points = [0.0, *(part.estimate for part in shown), *(row.mark for row in rows if row.mark is not None)]
    low = min(*points, *(max(part.low, -reach) for part in shown))
    high = max(*points, *(min(part.high, reach) for part in shown))
    room = 0.06 * (high - low) or 0.01
    return low - room, high + room


def _add_zero(figure: go.Figure, rows: int) -> None:
    """Zero, as a stroke in each row's lower half, so that it crosses no words."""
    heights = [height for at in range(rows) for height in (at - 0.02, at + 0.46, None)]
    places = [place for _ in range(rows) for place in (0, 0, None)]
    figure.add_scatter(
        x=places, y=heights, mode="lines", line={"color": GREY, "width": 2}, hoverinfo="skip", name="zero"
    )


def _add_marks(figure: go.Figure, rows: Sequence[Row]) -> None:
    marked = [(at, row.mark) for at, row in enumerate(rows) if row.mark is not None]
    if not marked:
        return
    figure.add_scatter(
        x=[place for _, mark in marked for place in (mark, mark, None)],
        y=[height for at, _ in marked for height in (at - 0.02, at + 0.42, None)],
        mode="lines",
        line={"color": VERMILLION, "width": 1.5, "dash": "dot"},
        hovertemplate="margin %{x:+.1%}<extra></extra>",
        name="margin",
    )


def _add_intervals(
    figure: go.Figure,
    chosen: Sequence[tuple[int, Interval, str]],
    bound: tuple[float, float],
    style: tuple[float, str, str, str],
) -> None:
    if not chosen:
        return
    shift, color, symbol, name = style
    values = [part.estimate for _, part, _ in chosen]
    heights = [at + shift for at, _, _ in chosen]
    lows = [max(part.low, bound[0]) for _, part, _ in chosen]
    highs = [min(part.high, bound[1]) for _, part, _ in chosen]
    figure.add_scatter(
        x=values,
        y=heights,
        mode="markers",
        marker={"color": color, "size": 9, "symbol": symbol, "line": {"color": color, "width": 2}},
        error_x=error_bar(values, lows, highs, color),
        customdata=[words for _, _, words in chosen],
        hovertemplate="%{customdata}<extra></extra>",
        name=name,
    )
    cut = [
        (end, height, arrow)
        for (_, part, _), height in zip(chosen, heights, strict=True)
        for end, arrow, is_cut in (
            (bound[0], "triangle-left", part.low < bound[0]),
            (bound[1], "triangle-right", part.high > bound[1]),
        )
        if is_cut
    ]
    if cut:
        figure.add_scatter(
            x=[end for end, _, _ in cut],
            y=[height for _, height, _ in cut],
            mode="markers",
            marker={"color": color, "size": 9, "symbol": [arrow for _, _, arrow in cut]},
            cliponaxis=False,
            hovertemplate="goes on<extra></extra>",
            name="cut",
        )
