"""Effects where nobody was randomised: methods side by side, their assumptions, what speaks against them."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import GREY, GRID, PALETTE, error_bar
from dashboards.dot_plots import SYMBOLS
from dashboards.effects import interval_of, words
from dashboards.forest import NOISE, Row, Tone
from dashboards.formats import lift
from dashboards.reader import Row as Record
from dashboards.vocabulary import diagnostic_label, in_words, method_label, metric_label

EFFECTS = "experiments.observational_effects"
DIAGNOSTICS = "experiments.observational_diagnostics"
COLUMNS = ("analysis_id", "method", "is_recommended", "outcome", "estimand", "population", "units",
           "treated_units", "control_mean", "effect", "effect_low", "effect_high", "relative_effect",
           "relative_low", "relative_high", "p_value", "assumptions", "reason")  # fmt: skip
TITLES = {
    "overlap": "Overlap: could either kind of user have chosen otherwise?",
    "balance": "Balance: differences in standard deviations, before (grey) and after weighting",
    "event_study": "Before and after, by period since the start",
    "pre_trend": "Trends before the start",
    "weights": "What the comparison is made of",
    "placebo_countries": "The same analysis where nothing happened",
    "fit": "Observed beside what would have been",
}
BALANCED = 0.1


def ordered(effects: Sequence[Record]) -> list[Record]:
    """Naive first, then in the table's order."""
    return sorted(effects, key=lambda row: row["method"] not in ("naive", "twfe"))


def headline(effects: Sequence[Record]) -> str:
    """The recommended estimate beside the naive one."""
    best = next((row for row in effects if row["is_recommended"]), None)
    if best is None:
        return "No method can be recommended here"
    outcome = metric_label(best["outcome"])
    if best["relative_effect"] is None and best["effect"] is None:
        return f"{outcome}: the effect cannot be estimated"
    told = f"{outcome}: {words(_named(best))} by {method_label(best['method'])}"
    naive = next((row for row in ordered(effects) if not row["is_recommended"]), None)
    if naive is None or naive["relative_effect"] is None:
        return told
    return f"{told}, where the {method_label(naive['method']).lower()} says {lift(naive['relative_effect'])}"


def forest_rows(effects: Sequence[Record]) -> list[Row]:
    """A row a method; coloured is only the recommended one, and only where it excludes zero."""
    return [_forest_row(row) for row in ordered(effects)]


def _forest_row(row: Record) -> Row:
    label = method_label(row["method"])
    if row["is_recommended"]:
        label = f"{label} ★ recommended"
    low, high = row["effect_low"], row["effect_high"]
    is_told = row["is_recommended"] and low is not None and high is not None and not low <= 0 <= high
    tone: Tone = "moved" if is_told else "noise"
    units = "" if row["units"] is None else f" · n = {row['units']:,}"
    return Row(
        label, words(_named(row)), tone, interval_of(row), hover=f"{label}: {words(_named(row))}{units}"
    )


def _named(row: Record) -> Record:
    return {**row, "metric": row["outcome"]}


def facts(effects: Sequence[Record]) -> str:
    """Estimand, population and units of the recommended method."""
    row = next((row for row in effects if row["is_recommended"]), effects[0])
    treated = f", {row['treated_units']:,} of them treated" if row["treated_units"] is not None else ""
    units = f"{row['units']:,} units{treated}" if row["units"] is not None else ""
    parts = (metric_label(row["outcome"]), row["estimand"], row["population"], units, "95% intervals")
    return " · ".join(part for part in parts if part)


def plotted(diagnostics: Sequence[Record]) -> list[str]:
    """Diagnostics that have several values to draw, in the order of their titles."""
    return [name for name in TITLES if len(_drawn(diagnostics, name)) > 1]


def _drawn(diagnostics: Sequence[Record], name: str) -> list[Record]:
    """Rows of a diagnostic that a chart shows: those with a position where there are any."""
    known = [row for row in diagnostics if row["diagnostic"] == name and row["value"] is not None]
    return [row for row in known if row["position"] is not None] or known


def sentences(diagnostics: Sequence[Record]) -> list[tuple[bool | None, str, str]]:
    """Whether it passed, what was looked at, and the sentence; what a chart shows only where it failed."""
    told: dict[str, tuple[bool | None, str, str]] = {}
    shown = [row for name in plotted(diagnostics) for row in _drawn(diagnostics, name)]
    for row in diagnostics:
        is_told = row["passed"] is False or row not in shown
        if is_told and row["sentence"] and row["sentence"] not in told:
            told[row["sentence"]] = (row["passed"], diagnostic_label(row["diagnostic"]), row["sentence"])
    return list(told.values())


def chart(diagnostics: Sequence[Record], name: str) -> go.Figure:
    """Lines over a position by item where there are positions, else a dot an item."""
    rows = _drawn(diagnostics, name)
    if any(row["position"] is not None for row in rows):
        return _lines(rows)
    return _dots(rows, is_balance=name == "balance")


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
        margin={"l": 56, "r": 12, "t": 30, "b": 36},
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
        height=52 + 24 * len(items),
        margin={"l": 8, "r": 12, "t": 8, "b": 30},
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
