"""What surrounds a funnel: how long a step takes and what goes with reaching it, in words and figures."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.behaviour.funnel_parts import DIMENSIONS, edge, span
from dashboards.charts import BLUE, GRID
from dashboards.forest import Interval
from dashboards.forest import Row as ForestRow
from dashboards.formats import percent
from dashboards.reader import Row
from dashboards.vocabulary import in_words

MOST_DRIVERS = 12
ABOUT = {
    "tenure": {
        "first day": "On their first day",
        "first week": "In their first week",
        "later": "Known for a week",
    },
    "active_days_before": {
        "none": "Not active in the 7 days before",
        "1 or 2": "Active on 1 or 2 of the 7 days before",
        "3 or more": "Active on 3 or more of the 7 days before",
    },
    "mean_rating_before": {
        "none": "Rated nothing in the 28 days before",
        "below 4": "Rated below 4 stars before",
        "4 or more": "Rated 4 stars or more before",
    },
    "saw_paywall_before": {"yes": "Saw the paywall before"},
}


def times_headline(step: Row) -> str:
    """How long the step takes since the first."""
    if step["median_seconds_from_start"] is None:
        return f"Too few reached “{step['step_name']}” to tell how long it takes"
    took = span(step["median_seconds_from_start"])
    return f"Half of those who reach “{step['step_name']}” do so within {took}"


def times(rows: Sequence[Row], step: int) -> go.Figure:
    """How many users took how long from the first step: a bar a span, each about twice the one before."""
    own = {row["from_seconds"]: row for row in rows if row["step"] == step and row["since"] == "start"}
    begins = sorted(own)
    figure = go.Figure()
    figure.add_bar(
        x=[
            f"{edge(begin)}–{edge(own[begin]['to_seconds'])}"
            if own[begin]["to_seconds"]
            else f"from {edge(begin)}"
            for begin in begins
        ],
        y=[own[begin]["share"] for begin in begins],
        marker={"color": BLUE},
        customdata=[f"{own[begin]['users']:,} users, {percent(own[begin]['share'])}" for begin in begins],
        hovertemplate="%{x}: %{customdata}<extra></extra>",
        name="users",
    )
    figure.update_layout(
        height=260,
        margin={"l": 44, "r": 4, "t": 8, "b": 70},
        showlegend=False,
        bargap=0.15,
        xaxis={"fixedrange": True, "tickangle": -45, "type": "category"},
        yaxis={
            "tickformat": ".0%",
            "nticks": 5,
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
            "rangemode": "tozero",
        },
    )
    return figure


def about(dimension: str, segment: str) -> str:
    """A driver in words."""
    if dimension.startswith("used_"):
        return f"Used {dimension.removeprefix('used_').removesuffix('_before')} in the 28 days before"
    if dimension in ABOUT:
        return ABOUT[dimension].get(segment, segment)
    return f"{DIMENSIONS.get(dimension, in_words(dimension))}: {segment}"


def told_drivers(rows: Sequence[Row], step: int) -> list[Row]:
    """Drivers of a step with a difference, the largest first; the most that are shown."""
    own = [row for row in rows if row["step"] == step and row["difference"] is not None]
    return sorted(own, key=lambda row: (not row["is_associated"], -abs(row["difference"])))[:MOST_DRIVERS]


def drivers_headline(rows: Sequence[Row], step: Row) -> str:
    """What goes most with going on to a step."""
    found = [row for row in told_drivers(rows, step["step"]) if row["is_associated"]]
    if not found:
        return f"Nothing known beforehand goes with reaching “{step['step_name']}”"
    first = found[0]
    way = "more" if first["difference"] > 0 else "less"
    who = about(first["dimension"], first["segment"])
    return (
        f"{who}: {percent(first['share'])} reach “{step['step_name']}”, {way} often than all others "
        f"({percent(first['other_share'])})"
    )


def driver_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """Differences with their adjusted intervals; coloured where these exclude zero."""
    return [_driver_row(row) for row in rows]


def _driver_row(row: Row) -> ForestRow:
    ends = row["difference"], row["difference_low"], row["difference_high"]
    value, low, high = (_points(end) for end in ends)
    return ForestRow(
        about(row["dimension"], row["segment"]),
        f"{value} ({low} to {high}) pp",
        "moved" if row["is_associated"] else "noise",
        Interval(*ends),
        hover=(
            f"{percent(row['share'])} of {row['users']:,} users against "
            f"{percent(row['other_share'])} of {row['other_users']:,} others"
        ),
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
