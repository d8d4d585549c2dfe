"""The fan chart: what was, what is expected, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, GRID
from dashboards.formats import number, scale

HEIGHT = 340
LEVELS = (95, 80, 50)
HISTORY = "rgba(128, 128, 128, 0.95)"
SHADES = ("rgba(0, 114, 178, 0.14)", "rgba(0, 114, 178, 0.2)", "rgba(0, 114, 178, 0.28)")


@dataclass(frozen=True)
class Fan:
    """A series and its forecast.

    Attributes:
        days: past days.
        values: what came; None breaks the line.
        ahead: days to come.
        expected: what is foreseen.
        limits: lower and upper ends by level (50, 80, 95); a level without any is left out.
        unit: of the values, as a metric names it.
        is_last_partial: whether the last past day was not over.
    """

    days: Sequence[date]
    values: Sequence[float | None]
    ahead: Sequence[date]
    expected: Sequence[float]
    limits: Mapping[int, tuple[Sequence[float], Sequence[float]]]
    unit: str
    is_last_partial: bool = False


@dataclass(frozen=True)
class Span:
    """Days on which something on the calendar went on, or a single one on which something happened."""

    first_day: date
    last_day: date
    text: str


def fan_chart(fan: Fan, spans: Sequence[Span] = ()) -> go.Figure:
    """History in grey, the forecast in blue over its intervals of 95, 80 and 50 %."""
    highest = [value for _, highs in fan.limits.values() for value in highs]
    known = [value for value in fan.values if value is not None]
    axis = scale(fan.unit, [*known, *fan.expected, *highest])
    figure = go.Figure()
    for level, shade in zip(LEVELS, SHADES, strict=True):
        if level in fan.limits:
            _add_band(figure, fan, level, shade, axis.divisor)
    _add_history(figure, fan, axis.divisor)
    figure.add_scatter(
        x=list(fan.ahead),
        y=[value / axis.divisor for value in fan.expected],
        mode="lines",
        line={"color": BLUE, "width": 2.5},
        name="forecast",
        customdata=[_told(fan, at) for at in range(len(fan.ahead))],
        hovertemplate="%{customdata}<extra></extra>",
    )
    top = max([*known, *fan.expected, *highest], default=1.0) / axis.divisor
    _add_spans(figure, spans)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 48, "r": 16, "t": 16, "b": 48},
        showlegend=False,
        hovermode="closest",
        xaxis={"showgrid": False, "fixedrange": True, "tickformat": "%-d %b\n%Y", "nticks": 6},
        yaxis={
            "range": [0, 1.06 * (top or 1.0)],
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
            "tickformat": axis.tick_format,
            "ticksuffix": axis.suffix,
        },
    )
    return figure


def _add_band(figure: go.Figure, fan: Fan, level: int, shade: str, divisor: float) -> None:
    lows, highs = fan.limits[level]
    # There and back again: one closed shape needs no second trace to be filled to.
    figure.add_scatter(
        x=[*fan.ahead, *reversed(fan.ahead)],
        y=[value / divisor for value in (*highs, *reversed(lows))],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=shade,
        name=f"{level}% interval",
        hoverinfo="skip",
    )


def _add_history(figure: go.Figure, fan: Fan, divisor: float) -> None:
    drawn = [None if value is None else value / divisor for value in fan.values]
    end = len(drawn) - 1 if fan.is_last_partial else len(drawn)
    texts = ["" if value is None else number(value, fan.unit) for value in fan.values]
    figure.add_scatter(
        x=list(fan.days[:end]),
        y=drawn[:end],
        mode="lines",
        line={"color": HISTORY, "width": 1.8},
        name="came",
        customdata=texts,
        hovertemplate="%{x|%-d %b}: %{customdata}<extra></extra>",
    )
    if fan.is_last_partial:
        figure.add_scatter(
            x=list(fan.days[end - 1 :]),
            y=drawn[end - 1 :],
            mode="lines",
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            name="day not over",
            hoverinfo="skip",
        )


def _told(fan: Fan, at: int) -> str:
    day = fan.ahead[at]
    said = f"{day.day} {day:%b}: {number(fan.expected[at], fan.unit)}"
    if 80 not in fan.limits:
        return said
    low, high = (ends[at] for ends in fan.limits[80])
    return f"{said} (80%: {number(low, fan.unit)} to {number(high, fan.unit)})"


def _add_spans(figure: go.Figure, spans: Sequence[Span]) -> None:
    """Shaded days, each with a mark at the foot that says what it is."""
    for span in spans:
        figure.add_shape(
            type="rect",
            x0=span.first_day,
            x1=span.last_day,
            y0=0,
            y1=1,
            yref="paper",
            fillcolor=GRID,
            line={"width": 0},
            layer="below",
        )
    if spans:
        figure.add_scatter(
            x=[span.first_day for span in spans],
            y=[0] * len(spans),
            mode="markers",
            marker={"symbol": "triangle-up", "size": 9, "color": GREY},
            text=[span.text for span in spans],
            hovertemplate="%{text}<extra></extra>",
            name="calendar",
            cliponaxis=False,
        )
