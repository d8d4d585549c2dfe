"""Values by day with their intervals as ribbons, releases and alarms annotated; at most five lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import GREY, GRID, MOST_SERIES, PALETTE, Marker, spread
from dashboards.formats import number
from dashboards.llm.sources import in_chart

HEIGHT, TOP, BOTTOM = 320, 44, 48
LABEL_HEIGHT = 16
RANKED_DAYS = 28
ALPHA = 0.16
INK = "#D55E00"


@dataclass(frozen=True)
class Line:
    """One line with its ribbon.

    Attributes:
        name: label at its end.
        days: calendar days, unbroken.
        values: value a day; None breaks the line.
        lows: lower ends; empty without intervals.
        highs: upper ends.
    """

    name: str
    days: Sequence[date]
    values: Sequence[float | None]
    lows: Sequence[float | None] = field(default_factory=list)
    highs: Sequence[float | None] = field(default_factory=list)


def lines(rows: pl.DataFrame, value: str, ends: tuple[str, str], n: str) -> list[Line]:
    """A line a segment, the five with most in the last four weeks of the data; days without an "
    "interval break it.

    Args:
        rows: event_date, segment and the columns named.
        value: column drawn.
        ends: columns of the interval.
        n: column by which segments are ranked.
    """
    if rows.is_empty():
        return []
    recent = pl.col("event_date") > pl.col("event_date").max() - timedelta(days=RANKED_DAYS)
    ranked = rows.group_by("segment").agg(
        late=pl.col(n).filter(recent.over(pl.lit(1))).sum(), size=pl.col(n).sum(), known=pl.col(value).count()
    )
    names = ranked.filter(pl.col("known") > 0).sort("late", "size", "segment", descending=[True, True, False])
    shown = sorted(names["segment"].head(MOST_SERIES))
    return [_line(rows.filter(pl.col("segment") == name), name, value, ends) for name in shown]


def _line(own: pl.DataFrame, name: str, value: str, ends: tuple[str, str]) -> Line:
    low, high = ends
    days = own.sort("event_date").upsample("event_date", every="1d")
    known = days.with_columns(pl.when(pl.col(low).is_not_null()).then(pl.col(value)).alias(value))
    return Line(name, known["event_date"].to_list(), *(known[each].to_list() for each in (value, low, high)))


def days_of(rows: pl.DataFrame) -> tuple[date, date]:
    """First and last day of rows."""
    days = rows["event_date"].sort().to_list()
    return days[0], days[-1]


def releases(model: pl.DataFrame, prompt: pl.DataFrame) -> list[Marker]:
    """First day of each version after the first day of the data."""
    found = []
    for rows in (model, prompt):
        if rows.is_empty():
            continue
        starts = rows.group_by("segment").agg(pl.col("event_date").min()).sort("event_date", "segment")
        first = starts["event_date"].min()
        found += [Marker(day, name) for name, day in starts.iter_rows() if day > first]
    return sorted(found, key=lambda marker: marker.day)


def chart(
    shown: Sequence[Line], unit: str, marks: Sequence[Marker] = (), alarms: Sequence[Marker] = ()
) -> go.Figure:
    """Lines with ribbons; ▲ a release, with its name above, ✕ an alarm.

    Args:
        shown: at most five lines.
        unit: unit of the values, as in `formats`; `ms` is drawn in seconds.
        marks: releases.
        alarms: alarms with what they say.
    """
    figure = go.Figure()
    divisor = 1000.0 if unit == "ms" else 1.0
    for line, color in zip(shown, PALETTE, strict=False):
        _add_ribbon(figure, line, color, divisor)
    for line, color in zip(shown, PALETTE, strict=False):
        figure.add_scatter(
            x=line.days,
            y=[None if value is None else value / divisor for value in line.values],
            mode="lines",
            line={"color": color, "width": 1.8},
            name=in_chart(line.name),
            customdata=["" if value is None else in_unit(value, unit) for value in line.values],
            hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
        )
    low, high = _bounds([value / divisor for value in _extent(shown)])
    _add_releases(figure, marks)
    _add_alarms(figure, alarms, low + 0.05 * (high - low))
    _label_ends(figure, shown, unit, (low, high))
    longest = max((len(_end(line, unit)) for line in shown), default=8)
    ticks = {"share": ".0%", "ms": "~g", "stars": ".1f"}[unit]
    days = [day for line in shown for day in (line.days[0], line.days[-1])]
    return figure.update_layout(
        height=HEIGHT,
        margin={"l": 48, "r": min(150, 26 + 6.7 * longest), "t": TOP, "b": BOTTOM},
        showlegend=False,
        hovermode="x unified",
        xaxis={"showgrid": False, "fixedrange": True, "tickformat": "%-d %b\n%Y", "nticks": 6,
               "range": [min(days), max(days)] if days else None},
        yaxis={"range": [low, high], "nticks": 5, "gridcolor": GRID, "zeroline": False, "fixedrange": True,
               "tickformat": ticks, "ticksuffix": " s" if unit == "ms" else ""},
    )  # fmt: skip


def in_unit(value: float, unit: str) -> str:
    """A value with its unit; milliseconds as seconds."""
    return f"{value / 1000:.1f} s" if unit == "ms" else number(value, unit)


def _extent(shown: Sequence[Line]) -> list[float]:
    """Every value, and ends of intervals but for the widest: one thin day would flatten all the others."""
    values = [value for line in shown for value in line.values if value is not None]
    lows = sorted(value for line in shown for value in line.lows if value is not None)
    highs = sorted(value for line in shown for value in line.highs if value is not None)
    if not lows or not highs:
        return values
    cut = len(lows) // 20
    return [*values, lows[cut], highs[-1 - cut]]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """From zero, or close around values that vary by less than half."""
    top, low = max(values, default=1.0), min(values, default=0.0)
    if low <= top / 2:
        return 0.0, top * 1.08 or 1.0
    room = (top - low) * 0.12 or top * 0.05
    return low - room, top + room


def _add_ribbon(figure: go.Figure, line: Line, color: str, divisor: float) -> None:
    """One closed shape for each unbroken run of days."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    run: list[tuple[date, float, float]] = []
    ends = [*zip(line.days, line.lows, line.highs, strict=False), (None, None, None)]
    for day, low, high in ends:
        if day is not None and low is not None and high is not None:
            run.append((day, low / divisor, high / divisor))
            continue
        if len(run) > 1:
            figure.add_scatter(
                x=[each[0] for each in run] + [each[0] for each in reversed(run)],
                y=[each[1] for each in run] + [each[2] for each in reversed(run)],
                fill="toself",
                fillcolor=f"rgba({red}, {green}, {blue}, {ALPHA})",
                mode="lines",
                line={"width": 0},
                hoverinfo="skip",
                name="interval",
            )
        run = []


def _add_releases(figure: go.Figure, marks: Sequence[Marker]) -> None:
    for at, mark in enumerate(marks):
        figure.add_shape(
            type="line",
            x0=mark.day,
            x1=mark.day,
            y0=0,
            y1=1,
            yref="paper",
            line={"color": GREY, "dash": "dot", "width": 1.5},
        )
        figure.add_annotation(
            x=mark.day,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=LABEL_HEIGHT * (at % 2),
            text=f"▲ {in_chart(mark.text)}",
            showarrow=False,
            font={"size": 12},
        )


def _add_alarms(figure: go.Figure, alarms: Sequence[Marker], height: float) -> None:
    if not alarms:
        return
    figure.add_scatter(
        x=[mark.day for mark in alarms],
        y=[height] * len(alarms),
        mode="markers",
        marker={"symbol": "x", "size": 11, "color": INK},
        customdata=[in_chart(mark.text) for mark in alarms],
        hovertemplate="%{customdata}<extra>alarm</extra>",
        name="alarm",
    )


def _end(line: Line, unit: str) -> str:
    last = next((value for value in reversed(line.values) if value is not None), None)
    return f"{line.name} {'too few' if last is None else in_unit(last, unit)}"


def _label_ends(figure: go.Figure, shown: Sequence[Line], unit: str, bounds: tuple[float, float]) -> None:
    height, divisor = HEIGHT - TOP - BOTTOM, 1000.0 if unit == "ms" else 1.0
    lasts = [next((v for v in reversed(line.values) if v is not None), 0.0) / divisor for line in shown]
    wanted = [(last - bounds[0]) / (bounds[1] - bounds[0]) * height for last in lasts]
    placed = spread(wanted, LABEL_HEIGHT)
    for line, color, last, before, after in zip(shown, PALETTE, lasts, wanted, placed, strict=False):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=last, yanchor="middle", yshift=after - before,
            text=f'<span style="color:{color}">●</span> {in_chart(_end(line, unit))}', showarrow=False,
            align="left", font={"size": 12},
        )  # fmt: skip
