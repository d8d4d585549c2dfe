"""Whether the methods hold what they promise: each certificate against its band, in words and as a chart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.certification import is_limit, limit_words, standing
from dashboards.charts import BLUE, GREY, ORANGE, VERMILLION, error_bar
from dashboards.formats import instant
from dashboards.reader import Reading
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, in_words, method_label

EDGE = 3.0
"""Deviations are drawn up to so many half widths of the band, farther ones as arrows."""
TITLE_HEIGHT, CELL_HEIGHT, DENSE_HEIGHT, GAP = 22, 11, 60, 8
MOST_BARS = 12
"""More certificates of one method are drawn as bare dots, unless few methods are shown."""
MOST_ROOMY = 3
ROLES = ("shipped", "limit", "foil")
ROLE_MARKS = {"shipped": "", "limit": " (known limit)", "foil": " (bad on purpose)"}
STYLES = (
    ("foil", "#7F8C99", "circle-open"),
    ("limit", ORANGE, "square-open"),
    ("held", BLUE, "circle"),
    ("missed", VERMILLION, "diamond"),
)
SHARES = {"false_positives", "coverage", "lower_miss", "upper_miss", "power", "any_look"}
CERTIFICATE_COLUMNS = (
    "method", "metric_kind", "design", "sample", "quantity", "effect_kind", "nominal", "lower_band",
    "upper_band", "observed", "monte_carlo_error", "replications", "seed", "mode", "is_within_band",
    "is_shipped", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A certificate on the chart.

    Attributes:
        method: its label.
        place: where it lies in its band, -1 to 1; beyond: outside.
        error: Monte Carlo error (two standard errors) in the same unit.
        role: `shipped`, `limit` (a shipped method where it is known to fail) or `foil` (bad on purpose).
        is_within: whether the certificate holds.
        words: all of it in a sentence.
    """

    method: str
    place: float
    error: float
    role: str
    is_within: bool
    words: str


def headline(certificates: Sequence[Record]) -> str:
    """How many certificates of shipped methods hold, whether the foils fail as they should, known limits."""
    shipped, limits, foils = ([row for row in certificates if role(row) == name] for name in ROLES)
    if not shipped:
        return "No certificate of a shipped method yet"
    held = sum(row["is_within_band"] for row in shipped)
    told = f"{held} of {count(len(shipped), 'certificate')} within their bands"
    if len(shipped) == 1:
        told = f"{'The one certificate is' if held else 'The one certificate is not'} within its band"
    failing = len({row["method"] for row in foils if not row["is_within_band"]})
    total = len({row["method"] for row in foils})
    caught = f"{failing} of {count(total, 'method')} made bad on purpose caught" if foils else ""
    limited = len({row["method"] for row in limits})
    known = f"limits of {count(limited, 'method')} known" if limits else ""
    return "; ".join(part for part in (told, caught, known) if part)


def role(certificate: Record) -> str:
    """What a certificate is there for: `shipped`, `limit` or `foil`."""
    if certificate["is_shipped"]:
        return "shipped"
    return "limit" if is_limit(certificate) else "foil"


def limits(certificates: Sequence[Record]) -> list[str]:
    """A sentence a method with known limits."""
    methods = dict.fromkeys(row["method"] for row in certificates if is_limit(row))
    return limit_words([standing(certificates, method) for method in methods])


def subtitle(certificates: Sequence[Record], reading: Reading) -> str:
    """When, how often, from which seed, on which versions."""
    latest = max(certificates, key=lambda row: row["certified_at"])
    seeds = sorted({row["seed"] for row in certificates})
    modes = Counter(row["mode"] for row in certificates)
    most = max(row["replications"] for row in certificates)
    parts = (
        f"certified {instant(latest['certified_at'], reading.settings.zone)}",
        f"{' and '.join(sorted(modes))} mode, up to {most:,} replications a cell",
        f"seed {', '.join(map(str, seeds))}",
        latest["versions"],
    )
    return " · ".join(part for part in parts if part)


def choose(certificates: Sequence[Record], method: str | None, kind: str | None) -> list[Record]:
    """Certificates of a method and of a metric kind; None: of all."""
    return [
        row
        for row in certificates
        if (method is None or row["method"] == method) and (kind is None or row["metric_kind"] == kind)
    ]


def cells(certificates: Sequence[Record]) -> list[Cell]:
    """Certificates that have a band: shipped methods, their limits, foils."""
    ranked = sorted(certificates, key=lambda row: (ROLES.index(role(row)), method_label(row["method"])))
    return [cell for row in ranked if (cell := _cell(row)) is not None]


def _cell(row: Record) -> Cell | None:
    observed, error = row["observed"], row["monte_carlo_error"] or 0.0
    band = _band(row)
    if observed is None or band is None:
        return None
    middle, half = (band[0] + band[1]) / 2, (band[1] - band[0]) / 2
    place = (observed - middle) / half
    # A band open to one side has no far end: the table's own verdict decides.
    place = max(-1.0, min(1.0, place)) if row["is_within_band"] else place
    label = method_label(row["method"])
    return Cell(label, place, 2 * error / half, role(row), row["is_within_band"], sentence(row))


def _band(row: Record) -> tuple[float, float] | None:
    """The band; one open to a side is as wide on that side of the nominal value, or four errors."""
    low, high, nominal = row["lower_band"], row["upper_band"], row["nominal"]
    reach = 4 * (row["monte_carlo_error"] or 0.01)
    if low is None and high is None:
        return None
    if low is None:
        low = 2 * nominal - high if nominal is not None and nominal < high else high - reach
    if high is None:
        high = 2 * nominal - low if nominal is not None and nominal > low else low + reach
    return (low, high) if high > low else (low - reach / 2, high + reach / 2)


def quantity(row: Record, name: str) -> str:
    """A number of a certificate in the unit of its quantity."""
    value = row[name]
    if value is None:
        return "none"
    return f"{100 * value:.2f}%" if row["quantity"] in SHARES else f"{value:.3g}"


def band_words(row: Record) -> str:
    """Such as `4.45% to 5.57%`, `at most 0.56%`."""
    low, high = row["lower_band"], row["upper_band"]
    if low is None and high is None:
        return "none"
    if low is None or high is None:
        return (
            f"at most {quantity(row, 'upper_band')}"
            if low is None
            else f"at least {quantity(row, 'lower_band')}"
        )
    return f"{quantity(row, 'lower_band')} to {quantity(row, 'upper_band')}"


def setting(row: Record) -> str:
    """What was simulated: metric kind, design, sample, effect."""
    parts = (
        row["metric_kind"],
        row["design"],
        f"{row['sample']} sample" if row["sample"] else "",
        row["effect_kind"],
    )
    return ", ".join(part for part in parts if part)


def sentence(row: Record) -> str:
    """A certificate in one line."""
    return (
        f"{method_label(row['method'])}, {setting(row)}: {in_words(row['quantity']).lower()} "
        f"{quantity(row, 'observed')} ± {quantity(row, 'monte_carlo_error')}, "
        f"nominal {quantity(row, 'nominal')}, band {band_words(row)}, R = {row['replications']:,}"
    )


def table(certificates: Sequence[Record]) -> list[dict[str, str]]:
    """Certificates in words, misses of shipped methods first."""
    ranked = sorted(
        certificates, key=lambda row: (row["is_within_band"] or not row["is_shipped"], ROLES.index(role(row)))
    )
    return [
        {
            "": "✓" if row["is_within_band"] else "✕",
            "method": method_label(row["method"]) + ROLE_MARKS[role(row)],
            "setting": setting(row),
            "quantity": in_words(row["quantity"]),
            "nominal": quantity(row, "nominal"),
            "observed": quantity(row, "observed"),
            "± Monte Carlo": quantity(row, "monte_carlo_error"),
            "band": band_words(row),
            "replications": f"{row['replications']:,}",
            "note": row["note"] or "",
        }
        for row in ranked
    ]


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
