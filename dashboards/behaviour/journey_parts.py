"""Journeys, from rows of their tables to words and figures."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboards.behaviour.funnel_parts import span
from dashboards.charts import HUE
from dashboards.dot_plots import Dot
from dashboards.formats import percent
from dashboards.reader import Row
from dashboards.vocabulary import in_words

JOURNEYS, PATHS = "behaviour.journeys", "behaviour.journey_paths"
SCOPES = {
    "Within a session": "within_session",
    "Between sessions": "between_sessions",
    "Before an event": "before_event",
    "After an event": "after_event",
}
SUBTITLES = {
    "within_session": (
        "Of all times a node was left within a session, where users went next, %; rows: from, columns: to"
    ),
    "between_sessions": (
        "Of all sessions by their last feature, with which feature the next one began, %; end: none came in "
        "the days that count; start: first sessions of new users"
    ),
    "before_event": "Of all times it happened, what came right before it; start: nothing in the days before",
    "after_event": "Of all times it happened, what came right after it; end: nothing in the days after",
}
DEFINITIONS = {
    "within_session": "Probability of the next node, users taken as a whole each",
    "between_sessions": "Probability of the feature with which the next session begins",
    "before_event": "Probability of the node before, of all moves that come to a node",
    "after_event": "Probability of the node after, of all moves that leave a node",
}
ENDS = ("start", "end")
CELL_HEIGHT, LEAST_HEIGHT = 34, 120
SHORT_FROM = 0.005
MOST_MOVES = 40


def label(node: str) -> str:
    """A node as readers call it."""
    return in_words(node)


def scopes_of(rows: Sequence[Row]) -> list[str]:
    """Labels of the scopes that the table holds."""
    held = {row["scope"] for row in rows}
    return [name for name, scope in SCOPES.items() if scope in held]


def chosen(rows: Sequence[Row], scope: str, role: str, anchor: str = "all") -> list[Row]:
    """The moves of one scope, role and anchor."""
    return [row for row in rows if (row["scope"], row["role"], row["anchor"]) == (scope, role, anchor)]


def anchors_of(rows: Sequence[Row], scope: str) -> list[str]:
    """Events around which a scope has moves."""
    return list(dict.fromkeys(row["anchor"] for row in rows if row["scope"] == scope))


def headline(moves: Sequence[Row], scope: str, anchor: str) -> str:
    """The most telling move, in one sentence."""
    if scope in ("before_event", "after_event"):
        return _around_headline(nearest(moves, scope), scope, anchor)
    told = [
        row
        for row in moves
        if row["probability"] is not None and not set(ENDS) & {row["from_node"], row["to_node"]}
    ]
    if not told:
        return "Too few users to tell where they go"
    most = max(told, key=lambda row: row["transitions"])
    target = label(most["to_node"]).lower()
    said = "stay with it" if most["from_node"] == most["to_node"] else f"go on to {target}"
    when = "within the session" if scope == "within_session" else "in the next session"
    share = percent(most["probability"])
    return f"After {label(most['from_node']).lower()} users {said} {share} of the time {when}"


def _around_headline(near: Sequence[Row], scope: str, anchor: str) -> str:
    way = "before" if scope == "before_event" else "after"
    told = [row for row in near if row["probability"] is not None]
    if not told:
        return f"Too few users to tell what comes {way} “{label(anchor).lower()}”"
    most = max(told, key=lambda row: row["probability"])
    node = most["from_node"] if scope == "before_event" else most["to_node"]
    what = "nothing" if node in ENDS else label(node).lower()
    share = percent(most["probability"])
    return f"“{label(anchor)}”: right {way} it most often comes {what}, {share} of the time"


def nearest(moves: Sequence[Row], scope: str) -> list[Row]:
    """The moves that lead to an anchor, or away from it."""
    return [row for row in moves if row["position"] == (-1 if scope == "before_event" else 0)]


def dots(moves: Sequence[Row], scope: str) -> list[Dot]:
    """What comes right before or after an anchor, the most frequent first."""
    near = nearest(moves, scope)
    name = "from_node" if scope == "before_event" else "to_node"
    return [
        Dot(
            label(row[name]),
            "share",
            row["probability"],
            row["probability_low"] or 0.0,
            row["probability_high"] or 0.0,
            row["base_transitions"],
        )
        for row in sorted(near, key=lambda row: (-row["transitions"], row[name]))
    ]


def matrix(moves: Sequence[Row]) -> go.Figure:
    """Probabilities of going from each node (down) to each (across)."""
    sources = _ordered(moves, "from_node", "start")
    targets = _ordered(moves, "to_node", "end")
    held = {(row["from_node"], row["to_node"]): row for row in moves}
    cells = [[held.get((source, target)) for target in targets] for source in sources]
    figure = go.Figure(
        go.Heatmap(
            z=[[None if cell is None else cell["probability"] for cell in line] for line in cells],
            x=[label(target) for target in targets],
            y=[label(source) for source in sources],
            zmin=0,
            zmax=max((row["probability"] or 0 for row in moves), default=1) or 1,
            colorscale=[list(stop) for stop in HUE],
            showscale=False,
            xgap=2,
            ygap=2,
            text=[[_in_cell(cell) for cell in line] for line in cells],
            texttemplate="%{text}",
            textfont={"size": 11},
            customdata=[[_hover(cell) for cell in line] for line in cells],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(
        height=LEAST_HEIGHT + CELL_HEIGHT * len(sources),
        margin={"l": 4, "r": 4, "t": 60, "b": 4},
        xaxis={"side": "top", "fixedrange": True, "showgrid": False, "tickangle": -45},
        yaxis={"autorange": "reversed", "fixedrange": True, "showgrid": False, "automargin": True},
    )
    return figure


def _ordered(moves: Sequence[Row], name: str, at_edge: str) -> list[str]:
    """Nodes by how often they are passed, the start first, the end last."""
    passed: dict[str, int] = {}
    for row in moves:
        passed[row[name]] = passed.get(row[name], 0) + row["transitions"]
    edge = {"start": -1, "end": 1}[at_edge]
    return sorted(passed, key=lambda node: (edge * (node == at_edge), -passed[node], node))


def _in_cell(cell: Row | None) -> str:
    if cell is None:
        return ""
    if cell["probability"] is None:
        return "few"
    return "<1" if cell["probability"] < SHORT_FROM else f"{100 * cell['probability']:.0f}"


def _hover(cell: Row | None) -> str:
    if cell is None:
        return "never"
    way = f"{label(cell['from_node'])} → {label(cell['to_node'])}"
    counts = f"{cell['transitions']:,} times by {cell['users']:,} users"
    if cell["probability"] is None:
        return f"{way}: {counts}; {cell['reason']}"
    took = "" if cell["median_seconds"] is None else f"<br>half within {span(cell['median_seconds'])}"
    return f"{way}: {_interval(cell)}<br>{counts}{took}"


def _interval(row: Row) -> str:
    low, high = percent(row["probability_low"]), percent(row["probability_high"])
    return f"{percent(row['probability'])} ({low} to {high})"


def move_table(moves: Sequence[Row]) -> pl.DataFrame:
    """The most frequent moves around an anchor, nearest first."""
    ordered = sorted(moves, key=lambda row: (abs(row["position"] + 0.5), -row["transitions"]))
    return pl.DataFrame(
        [
            {
                "Step": f"{row['position']} → {row['position'] + 1}",
                "From": label(row["from_node"]),
                "To": label(row["to_node"]),
                "Times": f"{row['transitions']:,}",
                "Users": f"{row['users']:,}",
                "Share": row["reason"] if row["probability"] is None else _interval(row),
                "Half within": "" if row["median_seconds"] is None else span(row["median_seconds"]),
            }
            for row in ordered[:MOST_MOVES]
        ]
    )


def path_table(paths: Sequence[Row], role: str) -> pl.DataFrame:
    """The most frequent beginnings of sessions."""
    own = sorted((row for row in paths if row["role"] == role), key=lambda row: row["rank"])
    return pl.DataFrame(
        [
            {
                "Path": " → ".join(label(node) for node in row["path"].split(" → ")),
                "Sessions": f"{row['sessions']:,}",
                "Share": percent(row["share"]),
                "Users": f"{row['users']:,}",
            }
            for row in own
        ]
    )


def paths_headline(paths: Sequence[Row], role: str) -> str:
    """The most frequent beginning of a session."""
    own = [row for row in paths if row["role"] == role and row["rank"] == 1]
    if not own:
        return "No sessions to tell of"
    path = " → ".join(label(node).lower() for node in own[0]["path"].split(" → "))
    return f"{percent(own[0]['share'])} of sessions begin {path}, more than any other way"
