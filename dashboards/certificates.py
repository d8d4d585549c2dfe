"""Whether the methods hold what they promise: each certificate against its band, in words and as a chart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, VERMILLION, error_bar
from dashboards.formats import instant
from dashboards.reader import Reading
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, in_words, method_label

EDGE = 3.0
"""Deviations are drawn up to so many half widths of the band, farther ones as arrows."""
ROW_HEIGHT, MOST_HEIGHT, SPREAD = 40, 90, 0.4
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
        is_shipped: false for a foil, which ought to fail.
        is_within: whether the certificate holds.
        words: all of it in a sentence.
    """

    method: str
    place: float
    error: float
    is_shipped: bool
    is_within: bool
    words: str


def headline(certificates: Sequence[Record]) -> str:
    """How many certificates of shipped methods hold, and whether the foils fail as they should."""
    shipped = [row for row in certificates if row["is_shipped"]]
    foils = [row for row in certificates if not row["is_shipped"]]
    if not shipped:
        return "No certificate of a shipped method yet"
    held = sum(row["is_within_band"] for row in shipped)
    told = f"{held} of {count(len(shipped), 'certificate')} within their bands"
    if len(shipped) == 1:
        told = f"{'The one certificate is' if held else 'The one certificate is not'} within its band"
    failing = len({row["method"] for row in foils if not row["is_within_band"]})
    if not foils:
        return told
    total = len({row["method"] for row in foils})
    return f"{told}; {failing} of {count(total, 'known-bad method')} shown failing"


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
    """Certificates that have a band, shipped methods first."""
    ranked = sorted(certificates, key=lambda row: (not row["is_shipped"], method_label(row["method"])))
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
    return Cell(label, place, 2 * error / half, row["is_shipped"], row["is_within_band"], sentence(row))


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
        certificates, key=lambda row: (row["is_within_band"] or not row["is_shipped"], not row["is_shipped"])
    )
    return [
        {
            "": "✓" if row["is_within_band"] else "✕",
            "method": method_label(row["method"]) + ("" if row["is_shipped"] else " (foil)"),
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
    """A row a method, a dot a certificate; the band shaded, foils in grey, what lies far off as an arrow."""
    methods = list(dict.fromkeys((cell.method, cell.is_shipped) for cell in shown))
    figure = go.Figure()
    figure.add_vrect(x0=-1, x1=1, fillcolor="rgba(0, 158, 115, 0.13)", line_width=0)
    figure.add_vline(x=0, line={"color": GREY, "width": 1.5})
    for name, color, symbol, own in _groups(shown):
        heights = [methods.index((cell.method, cell.is_shipped)) + _shift(cell, shown) for cell in own]
        places = [max(-EDGE, min(EDGE, cell.place)) for cell in own]
        lows = [
            max(-EDGE, min(place, cell.place - cell.error)) for cell, place in zip(own, places, strict=True)
        ]
        highs = [
            min(EDGE, max(place, cell.place + cell.error)) for cell, place in zip(own, places, strict=True)
        ]
        figure.add_scatter(
            x=places,
            y=heights,
            mode="markers",
            marker={
                "color": color,
                "size": [8 if abs(cell.place) < EDGE else 10 for cell in own],
                "symbol": [_arrow(cell, symbol) for cell in own],
            },
            error_x={**error_bar(places, lows, highs, color), "thickness": 1},
            customdata=[cell.words for cell in own],
            hovertemplate="%{customdata}<extra></extra>",
            name=name,
        )
    for at, (method, is_shipped) in enumerate(methods):
        held = _held(shown, method, is_shipped=is_shipped)
        figure.add_annotation(
            text=f"<b>{method}</b>{'' if is_shipped else ' (foil)'} · {held}",
            x=0,
            xref="paper",
            xanchor="left",
            y=at - 0.42,
            yanchor="middle",
            showarrow=False,
            font={"size": 12},
        )
    most = max(Counter((cell.method, cell.is_shipped) for cell in shown).values(), default=0)
    figure.update_layout(
        height=min(MOST_HEIGHT, ROW_HEIGHT + most) * len(methods) + 60,
        margin={"l": 4, "r": 4, "t": 10, "b": 34},
        showlegend=False,
        hovermode="closest",
        xaxis={"range": [-EDGE - 0.25, EDGE + 0.25], "tickvals": [-EDGE, -1, 0, 1, EDGE],
               "ticktext": ["far below", "lower end", "middle", "upper end", "far above"], "showgrid": False,
               "zeroline": False, "fixedrange": True},
        yaxis={"range": [len(methods) - 0.4, -0.65], "visible": False, "fixedrange": True},
    )  # fmt: skip
    return figure


def _groups(shown: Sequence[Cell]) -> list[tuple[str, str, str, list[Cell]]]:
    foils = [cell for cell in shown if not cell.is_shipped]
    held = [cell for cell in shown if cell.is_shipped and cell.is_within]
    missed = [cell for cell in shown if cell.is_shipped and not cell.is_within]
    return [
        ("foil", "#7F8C99", "circle-open", foils),
        ("within its band", BLUE, "circle", held),
        ("outside its band", VERMILLION, "diamond", missed),
    ]


def _arrow(cell: Cell, symbol: str) -> str:
    return symbol if abs(cell.place) < EDGE else "triangle-right" if cell.place > 0 else "triangle-left"


def _shift(cell: Cell, shown: Sequence[Cell]) -> float:
    """Height within the row, so that dots of a method do not hide each other."""
    own = [other for other in shown if (other.method, other.is_shipped) == (cell.method, cell.is_shipped)]
    return SPREAD * (own.index(cell) / (len(own) - 1) - 0.35) if len(own) > 1 else 0.05


def _held(shown: Sequence[Cell], method: str, *, is_shipped: bool) -> str:
    own = [cell for cell in shown if (cell.method, cell.is_shipped) == (method, is_shipped)]
    return f"{sum(cell.is_within for cell in own)} of {len(own)} within"
