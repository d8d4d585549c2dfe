"""Figure factories: plain data in, a Plotly figure out. No page, no lake, no theme.

Only traces that plotly.js 3 and 4 share are used. Text and grid take the page's theme; series take the
palette of Okabe and Ito in an order that keeps three to one contrast on white and on dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboards.formats import Scale, number, scale

BLUE, VERMILLION, GREEN, PURPLE, ORANGE = PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
GREY = "rgba(128, 128, 128, 0.55)"
HUE = ((0.0, "#E4EFF7"), (0.5, "#5BA0CF"), (1.0, "#00497A"))
"""Of heat maps with numbers in them: opaque, so that the numbers' contrast is the same on dark pages."""
GRID = "rgba(128, 128, 128, 0.18)"
MOST_SERIES = len(PALETTE)

TREND_HEIGHT = 300
TOP, BOTTOM = 12, 48
LABEL_HEIGHT = 16
CHARACTER = 6.7
CONFIG: dict[str, Any] = {"displayModeBar": False}


@dataclass(frozen=True)
class Line:
    """One series of a trend.

    Attributes:
        name: label at the end of the line.
        days: calendar days, unbroken.
        values: smoothed value a day; None breaks the line.
        daily: values of single days, drawn in grey behind; empty for none.
        partial_from: position in `daily` after which the day was not over; None when all were.
    """

    name: str
    days: Sequence[date]
    values: Sequence[float | None]
    daily: Sequence[float | None] = ()
    partial_from: int | None = None


@dataclass(frozen=True)
class Marker:
    """Something that happened on a day, such as an experiment's start."""

    day: date
    text: str


def trend(lines: Sequence[Line], unit: str, markers: Sequence[Marker] = ()) -> go.Figure:
    """Lines over days, labelled at their ends; at most five.

    Raises:
        ValueError: more lines than a reader can tell apart.
    """
    if len(lines) > MOST_SERIES:
        raise ValueError(f"{len(lines)} lines; at most {MOST_SERIES} can be told apart")
    drawn = [value for line in lines for value in (*line.values, *line.daily) if value is not None]
    axis = scale(unit, drawn)
    bounds = _bounds(drawn, axis)
    figure = go.Figure()
    for line in lines:
        _add_daily(figure, line, axis)
    for line, color in zip(lines, PALETTE, strict=False):
        _add_line(figure, line, color, axis, unit)
    _add_markers(figure, markers, bounds)
    _label_ends(figure, lines, unit, axis, bounds)
    longest = max((len(_end_label(line, unit, alone=len(lines) == 1)) for line in lines), default=0)
    figure.update_layout(
        height=TREND_HEIGHT,
        margin={"l": 48, "r": 14 + CHARACTER * (longest + 3 * (len(lines) > 1)), "t": TOP, "b": BOTTOM},
        showlegend=False,
        hovermode="x unified" if len(lines) > 1 else "x",
        xaxis={
            "range": _days_shown(lines),
            "showgrid": False,
            "fixedrange": True,
            "tickformat": "%-d %b\n%Y",
            "nticks": 6,
        },
        yaxis={
            "range": list(bounds),
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
            "tickformat": axis.tick_format,
            "ticksuffix": axis.suffix,
        },
    )
    return figure


def error_bar(
    values: Sequence[float], lows: Sequence[float], highs: Sequence[float], color: str
) -> dict[str, Any]:
    """Plotly's error bar from the ends of intervals."""
    return {
        "array": [high - value for value, high in zip(values, highs, strict=True)],
        "arrayminus": [value - low for value, low in zip(values, lows, strict=True)],
        "color": color,
        "thickness": 1.5,
        "width": 0,
    }


def _bounds(values: Sequence[float], axis: Scale) -> tuple[float, float]:
    """Ends of the vertical axis: from zero, or close around values that vary by less than half."""
    top, low = max(values, default=1.0) / axis.divisor, min(values, default=0.0) / axis.divisor
    if low <= top / 2:
        return 0.0, (top * 1.08 or 1.0)
    room = (top - low) * 0.15 or top * 0.05
    return low - room, top + room


def _days_shown(lines: Sequence[Line]) -> list[date] | None:
    days = [day for line in lines for day in (line.days[0], line.days[-1])]
    return [min(days), max(days)] if days else None


def _scaled(values: Sequence[float | None], axis: Scale) -> list[float | None]:
    return [None if value is None else value / axis.divisor for value in values]


def _add_daily(figure: go.Figure, line: Line, axis: Scale) -> None:
    if not line.daily:
        return
    values, end = (
        _scaled(line.daily, axis),
        len(line.daily) if line.partial_from is None else line.partial_from,
    )
    common: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(
        x=line.days[:end], y=values[:end], line={"color": GREY, "width": 1}, name="daily", **common
    )
    if line.partial_from is not None:
        figure.add_scatter(
            x=line.days[end - 1 :],
            y=values[end - 1 :],
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            name="day not over",
            **common,
        )


def _add_line(figure: go.Figure, line: Line, color: str, axis: Scale, unit: str) -> None:
    texts = ["" if value is None else number(value, unit) for value in line.values]
    figure.add_scatter(
        x=line.days,
        y=_scaled(line.values, axis),
        mode="lines+markers",
        line={"color": color, "width": 2.5},
        marker={"color": color, "size": [6 if alone else 0 for alone in _stands_alone(line.values)]},
        name=line.name,
        customdata=texts,
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )


def _stands_alone(values: Sequence[float | None]) -> list[bool]:
    """Points without a neighbour on either side: a line would not show them."""
    padded = [None, *values, None]
    return [
        value is not None and before is None and after is None
        for before, value, after in zip(padded, padded[1:], padded[2:], strict=False)
    ]


def _add_markers(figure: go.Figure, markers: Sequence[Marker], bounds: tuple[float, float]) -> None:
    if not markers:
        return
    figure.add_scatter(
        x=[marker.day for marker in markers],
        y=[bounds[0] + (bounds[1] - bounds[0]) * 0.03] * len(markers),
        mode="markers",
        marker={"symbol": "triangle-up", "size": 8, "color": GREY},
        text=[marker.text for marker in markers],
        hovertemplate="%{text}<extra></extra>",
        name="experiment starts",
    )


def _end_label(line: Line, unit: str, *, alone: bool) -> str:
    last = _last(line.values)
    if last is None:
        return "" if alone else f"{line.name}: too few"
    return number(last, unit) if alone else f"{line.name} {number(last, unit)}"


def _label_ends(
    figure: go.Figure, lines: Sequence[Line], unit: str, axis: Scale, bounds: tuple[float, float]
) -> None:
    height = TREND_HEIGHT - TOP - BOTTOM
    ends = [(_last(line.values) or 0.0) / axis.divisor for line in lines]
    wanted = [(end - bounds[0]) / (bounds[1] - bounds[0]) * height for end in ends]
    placed = spread(wanted, LABEL_HEIGHT)
    for line, color, end, before, after in zip(lines, PALETTE, ends, wanted, placed, strict=False):
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=end,
            yanchor="middle",
            yshift=after - before,
            text=_bullet(color) * (len(lines) > 1) + _end_label(line, unit, alone=len(lines) == 1),
            showarrow=False,
            align="left",
            font={"size": 12},
        )


def _bullet(color: str) -> str:
    return f'<span style="color:{color}">●</span> '


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Positions moved as little as need be, order kept, so that neighbours are at least a gap apart."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        blocks.append((positions[index], [index]))
        while len(blocks) > 1 and _overlap(blocks[-2], blocks[-1], gap):
            (low, lower), (high, upper) = blocks[-2:]
            merged = (low * len(lower) + high * len(upper)) / (len(lower) + len(upper))
            blocks[-2:] = [(merged, lower + upper)]
    placed = list(positions)
    for center, members in blocks:
        for rank, index in enumerate(members):
            placed[index] = center + (rank - (len(members) - 1) / 2) * gap
    return placed


def _overlap(lower: tuple[float, list[int]], upper: tuple[float, list[int]], gap: float) -> bool:
    return upper[0] - lower[0] < gap * (len(lower[1]) + len(upper[1])) / 2
