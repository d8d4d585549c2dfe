"""The chart of certificates: a dot each in the band around its nominal value."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.certificates import MOST_BARS, ROLE_MARKS, Cell
from dashboards.charts import BLUE, GREY, ORANGE, VERMILLION, error_bar

EDGE = 3.0
"""Deviations are drawn up to so many half widths of the band, farther ones as arrows."""
TITLE_HEIGHT, CELL_HEIGHT, DENSE_HEIGHT, GAP = 22, 11, 60, 8
MOST_ROOMY = 3
STYLES = (
    ("foil", "#7F8C99", "circle-open"),
    ("limit", ORANGE, "square-open"),
    ("held", BLUE, "circle"),
    ("missed", VERMILLION, "diamond"),
)


def chart(shown: Sequence[Cell]) -> go.Figure:
    """A block a method, a dot a certificate; the band shaded, what lies far off as an arrow.

    Where a method has more certificates than bars can be told apart, its dots stand alone.
    """
    blocks = _blocks(shown)
    figure = go.Figure()
    figure.add_vrect(x0=-1, x1=1, fillcolor="rgba(0, 158, 115, 0.13)", line_width=0)
    figure.add_vline(x=0, line={"color": GREY, "width": 1.5})
    placed = [spot for block in blocks for spot in block.spots()]
    for role, color, symbol in STYLES:
        _add_cells(figure, [spot for spot in placed if spot.role == role], (role, color, symbol))
    for block in blocks:
        figure.add_annotation(
            text=f"<b>{block.method}</b>{ROLE_MARKS[block.role]} · {block.held}", x=0, xref="paper",
            xanchor="left", y=block.top + TITLE_HEIGHT / 2, yanchor="middle", showarrow=False,
            font={"size": 12},
        )  # fmt: skip
    height = blocks[-1].bottom if blocks else TITLE_HEIGHT
    figure.update_layout(
        height=height + 50,
        margin={"l": 4, "r": 4, "t": 10, "b": 34},
        showlegend=False,
        hovermode="closest",
        xaxis={"range": [-EDGE - 0.25, EDGE + 0.25], "tickvals": [-EDGE, -1, 0, 1, EDGE],
               "ticktext": ["far below", "lower end", "middle", "upper end", "far above"], "showgrid": False,
               "zeroline": False, "fixedrange": True},
        yaxis={"range": [height, 0], "visible": False, "fixedrange": True},
    )  # fmt: skip
    return figure


@dataclass(frozen=True)
class _Spot:
    """A certificate where it is drawn: height in pixels, with its Monte Carlo error or without."""

    cell: Cell
    height: float
    has_bar: bool

    @property
    def role(self) -> str:
        """As `Cell.role`, but for shipped methods whether the certificate holds."""
        if self.cell.role != "shipped":
            return self.cell.role
        return "held" if self.cell.is_within else "missed"


@dataclass(frozen=True)
class _Block:
    """The certificates of a method in one role, from `top` downwards, in pixels."""

    method: str
    role: str
    cells: Sequence[Cell]
    top: float
    is_dense: bool

    @property
    def step(self) -> float:
        return DENSE_HEIGHT / len(self.cells) if self.is_dense else CELL_HEIGHT

    @property
    def bottom(self) -> float:
        return self.top + TITLE_HEIGHT + self.step * len(self.cells) + GAP

    @property
    def held(self) -> str:
        return f"{sum(cell.is_within for cell in self.cells)} of {len(self.cells)} within"

    def spots(self) -> list[_Spot]:
        start = self.top + TITLE_HEIGHT
        return [
            _Spot(cell, start + self.step * (at + 0.5), not self.is_dense)
            for at, cell in enumerate(self.cells)
        ]


def _blocks(shown: Sequence[Cell]) -> list[_Block]:
    keys = list(dict.fromkeys((cell.method, cell.role) for cell in shown))
    blocks: list[_Block] = []
    for method, role in keys:
        own = [cell for cell in shown if (cell.method, cell.role) == (method, role)]
        is_dense = len(own) > MOST_BARS and len(keys) > MOST_ROOMY
        blocks.append(_Block(method, role, own, blocks[-1].bottom if blocks else 0, is_dense))
    return blocks


def _add_cells(figure: go.Figure, spots: Sequence[_Spot], style: tuple[str, str, str]) -> None:
    name, color, symbol = style
    cells = [spot.cell for spot in spots]
    places = [max(-EDGE, min(EDGE, cell.place)) for cell in cells]
    errors = [spot.cell.error if spot.has_bar else 0.0 for spot in spots]
    pairs = list(zip(cells, places, errors, strict=True))
    lows = [max(-EDGE, min(place, cell.place - error)) for cell, place, error in pairs]
    highs = [min(EDGE, max(place, cell.place + error)) for cell, place, error in pairs]
    figure.add_scatter(
        x=places,
        y=[spot.height for spot in spots],
        mode="markers",
        marker={
            "color": color,
            "size": [6 if not spot.has_bar else 10 if abs(spot.cell.place) >= EDGE else 8 for spot in spots],
            "opacity": [1.0 if spot.has_bar else 0.6 for spot in spots],
            "symbol": [_arrow(cell, symbol) for cell in cells],
        },
        error_x={**error_bar(places, lows, highs, color), "thickness": 1},
        customdata=[cell.words for cell in cells],
        hovertemplate="%{customdata}<extra></extra>",
        name=name,
    )


def _arrow(cell: Cell, symbol: str) -> str:
    return symbol if abs(cell.place) < EDGE else "triangle-right" if cell.place > 0 else "triangle-left"
