"""What speaks for and against an analysis of what was not randomised: its diagnostics in words and charts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import GREY, GRID, PALETTE, error_bar
from dashboards.dot_plots import SYMBOLS
from dashboards.forest import NOISE
from dashboards.formats import listed
from dashboards.observational import in_prose, what_is_special
from dashboards.reader import Row as Record
from dashboards.vocabulary import diagnostic_label, in_words

TITLES = {
    "overlap": "Overlap: could either kind of user have chosen otherwise?",
    "balance": "Balance: differences in standard deviations, before (grey) and after weighting",
    "event_study": "Before and after, by week since the start",
    "pre_trend": "Trends before the start",
    "weights": "What the comparison is made of",
    "placebo_countries": "How far each country leaves its mix after the start, in times of before",
    "fit": "Observed beside what would have been",
}
AXES = {
    "overlap": ("predicted chance of treatment", "share of the group"),
    "event_study": ("weeks since the start", "effect in the outcome's unit"),
    "balance": ("standard deviations", ""),
    "weights": ("share of the mix", ""),
    "placebo_countries": ("times as far as before", ""),
}
BALANCED = 0.1
MOST_ITEMS = 12


def failures(diagnostics: Sequence[Record]) -> str:
    """Which diagnostics failed; empty where none did."""
    failed = list(
        dict.fromkeys(
            in_prose(diagnostic_label(row["diagnostic"])) for row in diagnostics if row["passed"] is False
        )
    )
    return f"Read this with care. What fails: {listed(failed)}; see below." if failed else ""


def plotted(diagnostics: Sequence[Record]) -> list[str]:
    """Diagnostics that have several values to draw, in the order of their titles."""
    return [name for name in TITLES if len(_drawn(diagnostics, name)) > 1]


def _drawn(diagnostics: Sequence[Record], name: str) -> list[Record]:
    """Rows of a diagnostic that a chart shows: those with a position where there are any."""
    known = [row for row in diagnostics if row["diagnostic"] == name and row["value"] is not None]
    return [row for row in known if row["position"] is not None] or known


def sentences(diagnostics: Sequence[Record]) -> list[tuple[bool | None, str, str]]:
    """Whether it passed, what was looked at, and the sentence; what a chart shows only where it failed.

    Failures come first. Where several analyses were looked at alike, the name says which one.
    """
    told: dict[str, tuple[bool | None, str, str]] = {}
    shown = [row for name in plotted(diagnostics) for row in _drawn(diagnostics, name)]
    for row in sorted(diagnostics, key=lambda row: row["passed"] is not False):
        is_told = row["passed"] is False or row not in shown
        if is_told and row["sentence"] and row["sentence"] not in told:
            alike = [o["analysis_id"] for o in diagnostics if o["diagnostic"] == row["diagnostic"]]
            special = what_is_special(row["analysis_id"], alike)
            name = f"{diagnostic_label(row['diagnostic'])}{f', {special}' if special else ''}"
            told[row["sentence"]] = (row["passed"], name, row["sentence"])
    return list(told.values())


def title(diagnostics: Sequence[Record], name: str) -> str:
    """What a diagnostic's chart shows, and how much of it."""
    items = len(_drawn(diagnostics, name))
    is_cut = name == "balance" and items > MOST_ITEMS
    return f"{TITLES[name]}{f' · the {MOST_ITEMS} largest of {items}' if is_cut else ''}"


def chart(diagnostics: Sequence[Record], name: str) -> go.Figure:
    """Lines over a position by item where there are positions, else a dot an item."""
    rows = _drawn(diagnostics, name)
    across, upwards = AXES.get(name, ("", ""))
    if any(row["position"] is not None for row in rows):
        figure = _lines(rows)
    elif name == "balance":
        largest = sorted(rows, key=lambda row: -max(abs(row["value"]), abs(row["low"] or 0.0)))
        figure = _dots(largest[:MOST_ITEMS], is_balance=True)
    else:
        figure = _dots(rows, is_balance=False)
    return figure.update_layout(xaxis={"title": {"text": across}}, yaxis={"title": {"text": upwards}})


def _lines(rows: Sequence[Record]) -> go.Figure:
    items = list(dict.fromkeys(row["item"] or "" for row in rows))
    figure = go.Figure()
    for item, color, symbol in zip(items, PALETTE, SYMBOLS, strict=False):
        own = sorted((row for row in rows if (row["item"] or "") == item), key=lambda row: row["position"])
        values = [row["value"] for row in own]
        figure.add_scatter(
            x=[row["position"] for row in own],
            y=values,
            mode="lines+markers",
            line={"color": color, "width": 2},
            marker={"color": color, "size": 6, "symbol": symbol},
            error_y=error_bar(values, *_ends(own), color),
            name=in_words(item),
            hovertemplate="%{x:.3~g}: %{y:.3~g}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        height=280,
        margin={"l": 62, "r": 12, "t": 30, "b": 48},
        showlegend=len(items) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"showgrid": False, "zeroline": True, "zerolinecolor": GREY, "fixedrange": True, "nticks": 6},
        yaxis={"gridcolor": GRID, "zerolinecolor": GREY, "nticks": 5, "tickformat": "~g", "fixedrange": True},
    )
    return figure


def _dots(rows: Sequence[Record], *, is_balance: bool) -> go.Figure:
    items = list(dict.fromkeys(row["item"] or "" for row in rows))
    values = [row["value"] for row in rows]
    figure = go.Figure()
    if is_balance:
        _add_before(figure, rows, items)
    figure.add_scatter(
        x=values,
        y=[items.index(row["item"] or "") for row in rows],
        mode="markers",
        marker={"color": PALETTE[0], "size": 8},
        error_x=None if is_balance else error_bar(values, *_ends(rows), PALETTE[0]),
        customdata=[f"{in_words(row['item'] or '')}: {row['value']:.3g}" for row in rows],
        hovertemplate="%{customdata}<extra></extra>",
        name="value",
    )
    for edge in (-BALANCED, BALANCED) if is_balance else ():
        figure.add_vline(x=edge, line={"color": GREY, "width": 1, "dash": "dot"})
    figure.update_layout(
        height=72 + 24 * len(items),
        margin={"l": 8, "r": 12, "t": 8, "b": 50},
        showlegend=False,
        xaxis={"gridcolor": GRID, "zerolinecolor": GREY, "nticks": 5, "tickformat": "~g", "fixedrange": True},
        yaxis={"range": [len(items) - 0.5, -0.5], "tickvals": list(range(len(items))), "showgrid": False,
               "zeroline": False, "ticktext": [in_words(item) for item in items], "automargin": True,
               "fixedrange": True},
    )  # fmt: skip
    return figure


def _add_before(figure: go.Figure, rows: Sequence[Record], items: Sequence[str]) -> None:
    """Differences before weighting, which a balance keeps in `low`, as open grey dots."""
    known = [row for row in rows if row["low"] is not None]
    figure.add_scatter(
        x=[row["low"] for row in known],
        y=[items.index(row["item"] or "") for row in known],
        mode="markers",
        marker={"color": NOISE, "size": 8, "symbol": "circle-open"},
        hovertemplate="before weighting: %{x:.3~g}<extra></extra>",
        name="before weighting",
    )


def _ends(rows: Sequence[Record]) -> tuple[list[float], list[float]]:
    """Ends of the intervals; the value itself where there is none."""
    lows = [row["value"] if row["low"] is None else row["low"] for row in rows]
    return lows, [row["value"] if row["high"] is None else row["high"] for row in rows]
