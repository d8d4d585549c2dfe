"""Dot plots: shares with their intervals, a row a category, a colour and a symbol a series."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.charts import GREY, GRID, PALETTE, error_bar
from dashboards.formats import number

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")


@dataclass(frozen=True)
class Dot:
    """A share with its interval: one dot of a dot plot.

    Attributes:
        row: category it stands in.
        series: what it is compared with in the row.
        share: the estimate; None where n is too small.
        low: lower end of its interval.
        high: upper end.
        n: user-days observed.
    """

    row: str
    series: str
    share: float | None
    low: float
    high: float
    n: float


def dot_plot(dots: Sequence[Dot]) -> go.Figure:
    """Shares with intervals, a row a category in the given order (first on top), a colour a series."""
    rows = list(dict.fromkeys(dot.row for dot in dots))
    names = list(dict.fromkeys(dot.series for dot in dots))
    figure = go.Figure()
    for position, name in enumerate(names):
        chosen = [dot for dot in dots if dot.series == name]
        offset = 0.32 * (position - (len(names) - 1) / 2)
        heights = [rows.index(dot.row) + offset for dot in chosen]
        _add_dots(figure, chosen, heights, PALETTE[position], SYMBOLS[position])
        for dot, height in zip(chosen, heights, strict=True):
            figure.add_annotation(
                x=0 if dot.share is None else dot.high,
                y=height,
                xanchor="left",
                xshift=4,
                showarrow=False,
                text=_dot_label(dot, is_named=dot.row == rows[0] and len(names) > 1),
                font={"size": 12},
            )
    top = max((dot.high for dot in dots if dot.share is not None), default=0.1)
    figure.update_layout(
        height=44 + (44 if len(names) > 1 else 30) * len(rows),
        margin={"l": 8, "r": 8, "t": 8, "b": 28},
        showlegend=False,
        hovermode="closest",
        xaxis={
            "range": [0, min(1.35, top * 1.35)],
            "tickformat": ".0%",
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": GREY,
            "fixedrange": True,
        },
        yaxis={
            "range": [len(rows) - 0.45, -0.55],
            "tickvals": list(range(len(rows))),
            "ticktext": rows,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
    )
    return figure


def _add_dots(
    figure: go.Figure, dots: Sequence[Dot], heights: Sequence[float], color: str, symbol: str
) -> None:
    known = [(dot, height) for dot, height in zip(dots, heights, strict=True) if dot.share is not None]
    shares = [dot.share or 0.0 for dot, _ in known]
    figure.add_scatter(
        x=shares,
        y=[height for _, height in known],
        mode="markers",
        marker={"color": color, "size": 9, "symbol": symbol},
        error_x=error_bar(shares, [dot.low for dot, _ in known], [dot.high for dot, _ in known], color),
        name=dots[0].series,
        customdata=[
            f"{dot.row}, {dot.series}: {number(share, 'share')} "
            f"({number(dot.low, 'share')} to {number(dot.high, 'share')}), n = {dot.n:,.0f} user-days"
            for (dot, _), share in zip(known, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _dot_label(dot: Dot, *, is_named: bool) -> str:
    text = f"too few (n = {dot.n:,.0f})" if dot.share is None else f"{100 * dot.share:.0f}%"
    return f"{dot.series} {text}" if is_named else text
