"""Whether the groups are as large as planned: the sample-ratio check in words and day by day."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from dashboards.charts import GREY, GRID, VERMILLION
from dashboards.effects import reason_words
from dashboards.forest import NOISE
from dashboards.formats import listed, p_value
from dashboards.reader import Row
from dashboards.vocabulary import count

TABLE = "experiments.srm"
THRESHOLD = 0.001
SMALLEST_P = 1e-12
COLUMNS = ("scope", "segment", "units", "observed", "expected", "chi_square", "p_value", "adjusted_p_value",
           "is_mismatch", "reason")  # fmt: skip


def overall(rows: Sequence[Row]) -> Row | None:
    """The check over all units."""
    return next((row for row in rows if row["scope"] == "overall"), None)


def headline(rows: Sequence[Row]) -> str:
    """Whether the groups' sizes fit the plan."""
    row = overall(rows)
    if row is None:
        return "Group sizes have not been checked yet"
    if row["reason"]:
        return f"Group sizes: {reason_words(row['reason']).rstrip('.')}"
    p = p_value(row["p_value"])
    told = "do not fit the plan: some units are missing" if row["is_mismatch"] else "fit the plan"
    if not row["is_mismatch"] and any(part["is_mismatch"] for part in rows):
        told = "fit the plan overall but not in every part"
    return f"Group sizes {told}{f' ({p})' if p else ''}"


def subtitle(rows: Sequence[Row]) -> str:
    """Observed beside expected, in units."""
    row = overall(rows)
    if row is None:
        return ""
    sequential = p_value(row["sequential_p_value"])
    looked = f" · however often one looks: {sequential}" if sequential else ""
    return f"Exposed {row['unit']}s: observed {row['observed']}, planned {row['expected']}{looked}"


def failing(rows: Sequence[Row]) -> str:
    """Where the mismatch lies, as a sentence; that it lies nowhere, if so."""
    parts = [row for row in rows if row["scope"] != "overall"]
    bad = [row for row in parts if row["is_mismatch"]]
    if not parts:
        return "No days or segments were checked."
    if not bad:
        return f"Of {len(parts)} days and segments checked, none stands out."
    days = [row for row in bad if row["scope"] == "day"]
    named = [f"{row['scope']} {row['segment']} ({row['observed']})" for row in bad if row["scope"] != "day"]
    told = [
        *named,
        *([f"{count(len(days), 'day')} of {sum(row['scope'] == 'day' for row in parts)}"] if days else []),
    ]
    return f"The mismatch lies in {listed(told)}."


def by_day(rows: Sequence[Row]) -> list[Row]:
    """Checks of single days with a p-value, in order."""
    return sorted(
        (r for r in rows if r["scope"] == "day" and r["p_value"] is not None), key=lambda r: r["segment"]
    )


def day_chart(rows: Sequence[Row]) -> go.Figure:
    """p-values of the days on a logarithmic axis, with the line below which a day is a mismatch."""
    days = by_day(rows)
    figure = go.Figure()
    for is_bad, color, symbol in ((False, NOISE, "circle-open"), (True, VERMILLION, "diamond")):
        own = [row for row in days if bool(row["is_mismatch"]) == is_bad]
        figure.add_scatter(
            x=[date.fromisoformat(row["segment"]) for row in own],
            y=[max(row["p_value"], SMALLEST_P) for row in own],
            mode="markers",
            marker={"color": color, "size": 8, "symbol": symbol, "line": {"width": 2, "color": color}},
            customdata=[f"{row['segment']}: {row['observed']}, {p_value(row['p_value'])}" for row in own],
            hovertemplate="%{customdata}<extra></extra>",
            name="mismatch" if is_bad else "as planned",
        )
    figure.add_hline(y=THRESHOLD, line={"color": GREY, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        height=190,
        margin={"l": 48, "r": 8, "t": 8, "b": 44},
        showlegend=False,
        xaxis={"showgrid": False, "tickformat": "%-d %b\n%Y", "nticks": 6, "fixedrange": True},
        yaxis={
            "type": "log",
            "tickvals": [1, 1e-3, 1e-6, 1e-9, 1e-12],
            "ticktext": ["1", "0.001", "10⁻⁶", "10⁻⁹", "10⁻¹²"],
            "range": [_floor(days), 0.2],
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
    )
    return figure


def _floor(days: Sequence[Row]) -> float:
    """Decades below one that the axis must show."""
    smallest = min((row["p_value"] for row in days), default=1.0)
    return next((-decade - 0.4 for decade in (3, 6, 9) if smallest > 10.0**-decade / 2), -12.4)
