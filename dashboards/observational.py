"""Effects where nobody was randomised: methods side by side, their assumptions, what speaks against them."""

from collections.abc import Sequence

import plotly.graph_objects as go

from analytics_platform.metrics.metric import Unit
from dashboards.charts import GREY, GRID, PALETTE, error_bar
from dashboards.dot_plots import SYMBOLS
from dashboards.effects import signed, words
from dashboards.forest import NOISE, Interval, Row, Tone
from dashboards.formats import lift, lift_range, listed, number, p_value
from dashboards.reader import Row as Record
from dashboards.vocabulary import diagnostic_label, in_words, method_label, metric_label, unit

EFFECTS = "experiments.observational_effects"
DIAGNOSTICS = "experiments.observational_diagnostics"
COLUMNS = ("analysis_id", "method", "is_recommended", "outcome", "estimand", "population", "units",
           "treated_units", "control_mean", "effect", "effect_low", "effect_high", "relative_effect",
           "relative_low", "relative_high", "p_value", "assumptions", "reason")  # fmt: skip
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
STAR = "★"


def groups(effects: Sequence[Record]) -> list[list[Record]]:
    """The rows of each outcome."""
    outcomes = dict.fromkeys(row["outcome"] for row in effects)
    return [[row for row in effects if row["outcome"] == outcome] for outcome in outcomes]


def ordered(effects: Sequence[Record]) -> list[Record]:
    """Naive first, then in the table's order."""
    return sorted(effects, key=lambda row: row["method"] not in ("naive", "twfe"))


def unit_of(outcome: str) -> Unit:
    """Unit of an outcome, which may be a registered metric or words of its own."""
    return "share" if outcome.startswith("share of ") else unit(outcome)


def kind_of(outcome: str) -> str:
    """Kind of an outcome, as readouts name it: a share of users is a proportion, all else a mean."""
    is_proportion = outcome.startswith("share of users") or unit(outcome) == "share"
    return "proportion" if is_proportion else "mean"


def is_absolute(effects: Sequence[Record]) -> bool:
    """Whether an interval is known on the outcome's own scale only, which then serves for all rows."""
    return any(row["effect_low"] is not None and row["relative_low"] is None for row in effects)


def headline(effects: Sequence[Record]) -> str:
    """The recommended estimate beside the naive one."""
    best = next((row for row in effects if row["is_recommended"]), None)
    if best is None:
        return "No method can be recommended here"
    outcome, absolute = metric_label(best["outcome"]), is_absolute(effects)
    if best["relative_effect"] is None and best["effect"] is None:
        return f"{outcome}: the effect cannot be estimated"
    told = f"{outcome}: {_words(best, absolute=absolute)} by {_in_prose(method_name(best, effects))}"
    naive = next((row for row in ordered(effects) if not row["is_recommended"]), None)
    if naive is None or naive["relative_effect"] is None:
        return told
    other = signed(naive["effect"], unit_of(naive["outcome"])) if absolute else lift(naive["relative_effect"])
    return f"{told}, against {other} by {_in_prose(method_label(naive['method']))}"


def method_name(row: Record, effects: Sequence[Record]) -> str:
    """A method's label, with what is special about its analysis where the method was run in several."""
    several = [other["analysis_id"] for other in effects if other["method"] == row["method"]]
    special = _special(row["analysis_id"], several)
    return f"{method_label(row['method'])}{f', {special}' if special else ''}"


def _special(analysis_id: str, others: Sequence[str]) -> str:
    """What an analysis does not share with others, in words: the end of its name."""
    names = [name.split("_") for name in dict.fromkeys([*others, analysis_id])]
    steps = enumerate(zip(*names, strict=False))
    shared = next((at for at, words in steps if len(set(words)) > 1), min(map(len, names)))
    return " ".join(analysis_id.split("_")[shared:])


def _in_prose(label: str) -> str:
    """A label within a sentence: abbreviations keep their capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def forest_rows(effects: Sequence[Record]) -> list[Row]:
    """A row a method; coloured is only the recommended one, and only where it excludes zero."""
    absolute = is_absolute(effects)
    return [_forest_row(row, method_name(row, effects), absolute=absolute) for row in ordered(effects)]


def _forest_row(row: Record, name: str, *, absolute: bool) -> Row:
    label = f"{STAR} {name}" if row["is_recommended"] else name
    low, high = row["effect_low"], row["effect_high"]
    is_told = row["is_recommended"] and low is not None and high is not None and not low <= 0 <= high
    tone: Tone = "moved" if is_told else "noise"
    units = "" if row["units"] is None else f" · n = {row['units']:,}"
    told = _words(row, absolute=absolute)
    return Row(label, told, tone, _interval(row, absolute=absolute), hover=f"{label}: {told}{units}")


def axis(effects: Sequence[Record]) -> tuple[str, str]:
    """Format of the ticks of the forest plot and what stands after them."""
    if not is_absolute(effects):
        return "~%", ""
    return "~g", " pp" if unit_of(effects[0]["outcome"]) == "share" else ""


def _interval(row: Record, *, absolute: bool) -> Interval | None:
    """Estimate and ends on the plot's scale; a bare dot where there is no interval."""
    names = ("effect", "effect_low", "effect_high")
    if not absolute:
        names = ("relative_effect", "relative_low", "relative_high")
    estimate, low, high = (row[name] for name in names)
    if estimate is None:
        return None
    factor = 100 if absolute and unit_of(row["outcome"]) == "share" else 1
    ends = (estimate, estimate) if low is None or high is None else (low, high)
    return Interval(factor * estimate, factor * ends[0], factor * ends[1])


def _words(row: Record, *, absolute: bool) -> str:
    """Effect and interval on the plot's scale; without an interval the p-value."""
    estimate = row["effect"] if absolute else row["relative_effect"]
    if estimate is None:
        return words({**row, "metric": row["outcome"]})
    low, high = (row[f"{'effect' if absolute else 'relative'}_{end}"] for end in ("low", "high"))
    if low is None or high is None:
        told = signed(estimate, unit_of(row["outcome"])) if absolute else lift(estimate)
        return f"{told} ({', '.join(part for part in ('no interval', p_value(row['p_value'])) if part)})"
    if not absolute:
        return lift_range(estimate, low, high)
    ends = [signed(end, unit_of(row["outcome"])).removesuffix(" pp") for end in (low, high)]
    return f"{signed(estimate, unit_of(row['outcome']))} ({ends[0]} to {ends[1]})"


def facts(effects: Sequence[Record]) -> str:
    """Estimand, population and units of the recommended method, and how to read the plot."""
    row = next((row for row in effects if row["is_recommended"]), effects[0])
    treated = f", {row['treated_units']:,} of them treated" if row["treated_units"] is not None else ""
    mean = row["control_mean"]
    parts = (
        row["estimand"],
        row["population"],
        f"n = {row['units']:,}{treated}" if row["units"] is not None else "",
        "" if mean is None else f"mean without {number(mean, unit_of(row['outcome']))}",
        "absolute effects" if is_absolute(effects) else "relative effects",
        "95% intervals" if any(row["effect_low"] is not None for row in effects) else "",
        f"{STAR} recommended" if any(row["is_recommended"] for row in effects) else "",
    )
    return " · ".join(part for part in parts if part)


def failures(diagnostics: Sequence[Record]) -> str:
    """Which diagnostics failed; empty where none did."""
    failed = list(
        dict.fromkeys(
            _in_prose(diagnostic_label(row["diagnostic"])) for row in diagnostics if row["passed"] is False
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
            special = _special(row["analysis_id"], alike)
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
