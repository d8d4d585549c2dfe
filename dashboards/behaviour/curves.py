"""Curves over days or weeks since the first active day, each in the ribbon of its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.charts import CHARACTER, GRID, MOST_SERIES, PALETTE, spread
from dashboards.formats import percent

HEIGHT, TOP, BOTTOM, LEFT = 320, 12, 52, 48
RIBBON = 0.16
GAP = 18


@dataclass(frozen=True)
class Point:
    """A share at a time, with its interval where there is one, and what it rests on in words."""

    at: float
    share: float
    low: float | None
    high: float | None
    told: str


@dataclass(frozen=True)
class Curve:
    """A named series; what is projected is dashed and carries on from the last observed point."""

    name: str
    points: Sequence[Point]
    projected: Sequence[Point] = ()


def curve_chart(curves: Sequence[Curve], axis: str, *, steps: bool = False) -> go.Figure:
    """Curves labelled at their ends, from zero; at most five.

    Args:
        curves: what is drawn, in order of the palette.
        axis: title of the horizontal axis.
        steps: whether a share holds until the next point.

    Raises:
        ValueError: more curves than a reader can tell apart.
    """
    if len(curves) > MOST_SERIES:
        raise ValueError(f"{len(curves)} curves; at most {MOST_SERIES} can be told apart")
    figure = go.Figure()
    drawn = [point for curve in curves for point in (*curve.points, *curve.projected)]
    top = 1.08 * max((point.high or point.share for point in drawn), default=1.0)
    for curve, color in zip(curves, PALETTE, strict=False):
        for points, dash in ((curve.points, "solid"), (curve.projected, "dash")):
            _ribbon(figure, points, color, steps=steps)
            _line(figure, curve.name, points, color, dash, steps=steps)
    labels = [_label(curve, alone=len(curves) == 1) for curve in curves]
    _ends(figure, curves, labels, top)
    longest = max((len(label) for label in labels), default=0)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": LEFT, "r": 18 + CHARACTER * (longest + 2), "t": TOP, "b": BOTTOM},
        showlegend=False,
        hovermode="closest",
        xaxis={"title": {"text": axis}, "showgrid": False, "nticks": 8, "zeroline": False,
               "fixedrange": True},
        yaxis={"range": [0, top], "tickformat": ".0%" if top > 0.05 else ".1%", "nticks": 5,
               "gridcolor": GRID, "zeroline": False, "fixedrange": True},
    )  # fmt: skip
    return figure


def _ribbon(figure: go.Figure, points: Sequence[Point], color: str, *, steps: bool) -> None:
    banded = [point for point in points if point.low is not None and point.high is not None]
    shape = "hv" if steps else "linear"
    for name in ("high", "low"):
        figure.add_scatter(
            x=[point.at for point in banded],
            y=[getattr(point, name) for point in banded],
            mode="lines",
            line={"width": 0, "shape": shape},
            fill="tonexty" if name == "low" else None,
            fillcolor=_faint(color),
            hoverinfo="skip",
            name=name,
        )


def _line(
    figure: go.Figure, name: str, points: Sequence[Point], color: str, dash: str, *, steps: bool
) -> None:
    figure.add_scatter(
        x=[point.at for point in points],
        y=[point.share for point in points],
        mode="lines+markers" if len(points) == 1 else "lines",
        line={"color": color, "width": 2.5, "dash": dash, "shape": "hv" if steps else "linear"},
        customdata=[point.told for point in points],
        hovertemplate=f"{name}, %{{customdata}}<extra></extra>",
        name=name,
    )


def _ends(figure: go.Figure, curves: Sequence[Curve], labels: Sequence[str], top: float) -> None:
    height = HEIGHT - TOP - BOTTOM
    last = [(curve.projected or curve.points)[-1].share if curve.points else 0.0 for curve in curves]
    wanted = [share / top * height for share in last]
    for label, color, share, before, after in zip(
        labels, PALETTE, last, wanted, spread(wanted, GAP), strict=False
    ):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=share, yanchor="middle", yshift=after - before,
            text=f'<span style="color:{color}">●</span> {label}', showarrow=False, align="left",
            font={"size": 12},
        )  # fmt: skip


def _label(curve: Curve, *, alone: bool) -> str:
    if not curve.points:
        return f"{curve.name}: too few"
    share = percent((curve.projected or curve.points)[-1].share)
    return share if alone else f"{curve.name} {share}"


def _faint(color: str) -> str:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {RIBBON})"
