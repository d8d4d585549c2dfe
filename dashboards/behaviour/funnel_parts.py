"""Funnels, from rows of their tables to words and figures."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import BLUE
from dashboards.dot_plots import Dot
from dashboards.formats import HOUR, MINUTE, listed, number, percent, short_day
from dashboards.reader import Row

DEFINITIONS = "behaviour.funnel_definitions"
USERS, STEPS = "behaviour.funnel_users", "behaviour.funnel_steps"
TIMES, DRIVERS = "behaviour.funnel_times", "behaviour.funnel_drivers"
OVERALL = ("overall", "all")
DIMENSIONS = {
    "overall": "Everybody",
    "role": "Role",
    "country": "Country",
    "acquisition_channel": "Channel",
    "platform": "Platform",
}
ORDERS = {
    "ordered": "each step after the one before, whatever lies between",
    "strict": "each step the very next event of the user",
    "any": "the steps in any order",
}
STATES = {"Stopped here": "dropped", "May yet go on": "open", "Reached it": "reached", "Went on": "went_on"}
DAY = 24 * HOUR
ROW_HEIGHT = 74
BAR_WIDTH = 0.3
TEXT_AT, MORE_AT = -0.32, 0.32
MOST_SEGMENTS = 12


def span(seconds: float) -> str:
    """A time in the largest unit that suits it, such as `40 s`, `3.4 min`, `5.2 h`, `13.9 days`."""
    return f"{seconds / DAY:,.1f} days" if seconds >= 2 * DAY else number(seconds, "seconds")


def edge(seconds: int) -> str:
    """A round time, such as `30 s`, `5 min`, `2 h`, `4 d`."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def ordered(rows: Sequence[Row], dimension: str, segment: str) -> list[Row]:
    """The steps of one segment, in order."""
    own = [row for row in rows if (row["dimension"], row["segment"]) == (dimension, segment)]
    return sorted(own, key=lambda row: row["step"])


def headline(steps: Sequence[Row]) -> str:
    """How many of those who began come through, and where most of the others stop."""
    first, last = steps[0], steps[-1]
    if first["users"] == 0:
        return "Nobody entered this funnel"
    if last["share_of_start"] is None:
        return f"Too few to tell: {first['users']} users entered"
    worst = max(steps[:-1], key=lambda row: row["dropped_users"])
    said = f"{percent(last['share_of_start'])} come through"
    lost = sum(row["dropped_users"] for row in steps)
    if not lost:
        return f"{said}; nobody has stopped for good"
    most = f"{percent(worst['dropped_users'] / lost)} of those who stop do so"
    return f"{said}; {most} after “{worst['step_name']}”"


def subtitle(definition: Row, steps: Sequence[Row]) -> str:
    """Metric, order, window, population."""
    began, excluded = steps[0]["users"], steps[0]["excluded_users"]
    parts = [
        f"{began:,} users with an attempt since {short_day(definition['first_date'])}",
        ORDERS[definition["step_order"]],
        f"within {span(definition['window_seconds'])} of the first",
        "of each user the first attempt that goes furthest",
    ]
    if excluded:
        parts.append(f"{excluded:,} users left out by an exclusion")
    return ", ".join(parts)


def caution(steps: Sequence[Row]) -> str:
    """What open users may still change; empty where nobody is open."""
    undecided = sum(row["open_users"] for row in steps)
    last = steps[-1]
    if not undecided or last["share_of_start"] is None:
        return ""
    return (
        f"{undecided:,} users may yet go on, for their window is not over: in the end at least "
        f"{percent(last['share_of_start'])} will have come through, and "
        f"{percent(last['share_of_start_at_most'])} if all of them do."
    )


def bars(steps: Sequence[Row]) -> go.Figure:
    """A bar a step from zero, its count and share of the start above, who is lost there below."""
    figure = go.Figure()
    places = list(range(len(steps)))
    top = max(1, steps[0]["users"])
    figure.add_bar(
        y=places,
        x=[row["users"] / top for row in steps],
        orientation="h",
        width=BAR_WIDTH,
        marker={"color": BLUE},
        customdata=[_hover(row) for row in steps],
        hovertemplate="%{customdata}<extra></extra>",
        name="users",
    )
    for place, row in enumerate(steps):
        name = f"<b>{row['step']}. {row['step_name']}</b>"
        figure.add_annotation(text=name, x=0, xanchor="left", y=place + TEXT_AT, **_TEXT)
        figure.add_annotation(text=counted(row), x=1, xanchor="right", y=place + TEXT_AT, **_TEXT)
        figure.add_annotation(text=lost(row), x=0, xanchor="left", y=place + MORE_AT, **_TEXT)
    figure.update_layout(
        height=ROW_HEIGHT * len(steps) + 8,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        showlegend=False,
        bargap=0,
        xaxis={"range": [0, 1], "visible": False, "fixedrange": True},
        yaxis={
            "range": [len(steps) - 0.5, -0.5],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )
    return figure


_TEXT = {"xref": "paper", "yref": "y", "yanchor": "middle", "showarrow": False, "font": {"size": 12}}


def counted(row: Row) -> str:
    """Users of a step and their share of the start, such as `3,677 · 36.6% of start`."""
    share = (
        "too few for a share"
        if row["share_of_start"] is None
        else f"{percent(row['share_of_start'])} of start"
    )
    return f"{row['users']:,} · {share}"


def lost(row: Row) -> str:
    """Who stopped at a step and who may yet go on, as shares of those who reached it."""
    if not row["dropped_users"] and not row["open_users"]:
        return ""
    parts = []
    for users, words in ((row["dropped_users"], "lost here"), (row["open_users"], "open")):
        share = f" ({percent(users / row['users'])})" if row["share_of_start"] is not None else ""
        parts.append(f"{users:,} {words}{share}")
    return " · ".join(parts)


def _hover(row: Row) -> str:
    if row["share_of_start"] is None:
        return f"{row['step_name']}: {row['reason']}"
    low, high = row["share_of_start_low"], row["share_of_start_high"]
    said = [
        f"{row['step_name']}: {row['users']:,} users",
        f"{percent(row['share_of_start'])} of start ({percent(low)} to {percent(high)})",
    ]
    if row["share_of_previous"] is not None:
        low, high = row["share_of_previous_low"], row["share_of_previous_high"]
        said.append(
            f"{percent(row['share_of_previous'])} of the step before ({percent(low)} to {percent(high)})"
        )
    if row["median_seconds_from_previous"] is not None:
        said.append(f"half within {span(row['median_seconds_from_previous'])} of the step before")
    return "<br>".join(said)


def step_table(steps: Sequence[Row]) -> pl.DataFrame:
    """The steps as a table for those who read numbers."""
    return pl.DataFrame(
        [
            {
                "Step": f"{row['step']}. {row['step_name']}",
                "Users": f"{row['users']:,}",
                "Of start": _shared(row, "share_of_start"),
                "Of step before": _shared(row, "share_of_previous"),
                "Lost here": f"{row['dropped_users']:,}",
                "Open": f"{row['open_users']:,}",
                "Half took": _took(row, "median_seconds_from_previous"),
                "9 of 10 took": _took(row, "p90_seconds_from_previous"),
            }
            for row in steps
        ]
    )


def _shared(row: Row, name: str) -> str:
    if row[name] is None:
        return "too few" if row["reason"] else ""
    return f"{percent(row[name])} ({percent(row[f'{name}_low'])} to {percent(row[f'{name}_high'])})"


def _took(row: Row, name: str) -> str:
    return "" if row[name] is None else f"at most {span(row[name])}"


def segments(rows: Sequence[Row], dimension: str) -> list[str]:
    """Segments of a dimension, the largest first."""
    firsts = [row for row in rows if row["dimension"] == dimension and row["step"] == 1]
    return [row["segment"] for row in sorted(firsts, key=lambda row: (-row["users"], row["segment"]))]


def compared(rows: Sequence[Row], dimension: str) -> list[Dot]:
    """The share of each segment that comes through, the largest segments, the best first."""
    shown = segments(rows, dimension)[:MOST_SEGMENTS]
    last = max(row["step"] for row in rows)
    found = [
        row
        for row in rows
        if row["dimension"] == dimension and row["step"] == last and row["segment"] in shown
    ]
    began = {
        row["segment"]: row["users"] for row in rows if row["dimension"] == dimension and row["step"] == 1
    }
    found.sort(key=lambda row: -1 if row["share_of_start"] is None else row["share_of_start"], reverse=True)
    return [
        Dot(
            row["segment"],
            "come through",
            row["share_of_start"],
            row["share_of_start_low"] or 0.0,
            row["share_of_start_high"] or 0.0,
            began[row["segment"]],
        )
        for row in found
    ]


def compared_headline(dots: Sequence[Dot], dimension: str) -> str:
    """Best and worst segment where their intervals lie apart."""
    known = [dot for dot in dots if dot.share is not None]
    if len(known) < 2:
        return f"{DIMENSIONS[dimension]}: too few users to compare"
    best, worst = known[0], known[-1]
    assert best.share is not None
    assert worst.share is not None
    if best.low <= worst.high:
        return f"{DIMENSIONS[dimension]}: no segment stands out"
    return f"{best.row} come through at {percent(best.share)}, {worst.row} at {percent(worst.share)}"


def members(step: int, state: str, dimension: str, segment: str) -> pl.Expr:
    """Which rows of `behaviour.funnel_users` a drill-down lists.

    Args:
        step: number of the step.
        state: one of `STATES`' values: dropped and open at the step, reached it, or went on from it.
        dimension: `overall` or a column.
        segment: its value.
    """
    furthest = pl.col("furthest_step")
    chosen = {
        "dropped": (furthest == step) & (pl.col("state") == "dropped"),
        "open": (furthest == step) & (pl.col("state") == "open"),
        "reached": furthest >= step,
        "went_on": furthest > step,
    }[state]
    return chosen if dimension == "overall" else chosen & (pl.col(dimension) == segment)


def charted(steps: Sequence[Row], step: int, state: str) -> int:
    """How many users the chart shows for what a drill-down lists."""
    row = steps[step - 1]
    after = steps[step]["users"] if step < len(steps) else 0
    return {
        "dropped": row["dropped_users"],
        "open": row["open_users"],
        "reached": row["users"],
        "went_on": after,
    }[state]


def list_headline(count: int, step: Row, state: str) -> str:
    """What a drill-down lists, with its count."""
    words = {
        "dropped": "stopped after",
        "open": "may yet go on from",
        "reached": "reached",
        "went_on": "went on from",
    }[state]
    users = "1 user" if count == 1 else f"{count:,} users"
    return f"{users} {words} “{step['step_name']}”"


def shown_segment(dimension: str, segment: str) -> str:
    """A segment in words; empty for everybody."""
    return "" if dimension == "overall" else listed([f"{DIMENSIONS[dimension].lower()} {segment}"])
