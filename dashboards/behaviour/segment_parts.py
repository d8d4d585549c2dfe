"""Kinds of users, from rows of the tables of segments to words, tables and figures."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboards.formats import long_day, number, percent
from dashboards.matrices import matrix
from dashboards.reader import Row
from dashboards.vocabulary import in_words

PROFILES, TRANSITIONS = "behaviour.segment_profiles", "behaviour.segment_transitions"
FITS = "behaviour.segment_fits"
METHODS = {"Found in the data": "kmeans", "Recency, frequency, depth": "rfm", "Lifecycle": "lifecycle"}
ORDER = {
    "lifecycle": (
        "new",
        "current",
        "reactivated",
        "resurrected",
        "at_risk_wau",
        "at_risk_mau",
        "dormant",
        "never_active",
    ),
    "rfm": ("champions", "loyal", "promising", "occasional", "at_risk", "hibernating", "gone"),
}
DEFINITIONS = {
    "kmeans": "Clusters of people active within 56 days, as many as come back when people are drawn anew",
    "rfm": (
        "Champions and loyal: seen within 14 days, on 4 of 56 or more; promising (first 28 days) and "
        "occasional: on fewer; at risk and hibernating: not seen for 14 days, on 4 or more and fewer; gone: "
        "not for 56"
    ),
    "lifecycle": "State on the day: the first four are active on it, at risk within 7 or 28 days before",
}
LABELS = {"at_risk_wau": "At risk (7 days)", "at_risk_mau": "At risk (28 days)"}
FEATURES = {
    "active_days": "Active days",
    "idle_days": "Days idle",
    "age_days": "Days known",
    "sessions_per_day": "Sessions a day",
    "uses_per_session": "Uses a session",
    "seconds_per_use": "Seconds a use",
    "weekend_share": "On weekends",
    "quiz_share": "Quizzes",
    "summarize_share": "Summaries",
    "explain_share": "Explanations",
    "flashcards_share": "Flashcards",
    "chat_share": "Chat",
    "rated_share": "Rated",
    "is_teacher": "Teachers",
    "is_paying": "Paying",
}
SHORT_FROM = 10
STRONGEST = 1.5
"""Standard deviations at which colour no longer deepens."""
DIVERGING = ((0.0, "rgba(213,94,0,0.6)"), (0.5, "rgba(128,128,128,0.05)"), (1.0, "rgba(0,114,178,0.6)"))
ONE_HUE = ((0.0, "rgba(0,114,178,0.03)"), (1.0, "rgba(0,114,178,0.65)"))
"""Never opaque, so that numbers in the colour of the page's text stay readable on white and on dark."""


def label(segment: str) -> str:
    """A segment as readers call it."""
    return LABELS.get(segment, in_words(segment))


def newest(rows: Sequence[Row], method: str) -> list[Row]:
    """Profile rows of a method on the last date."""
    own = [row for row in rows if row["method"] == method]
    last = max((row["as_of_date"] for row in own), default=None)
    return [row for row in own if row["as_of_date"] == last]


def sizes(profile: Sequence[Row]) -> list[Row]:
    """One row a segment, in the order that the method has, clusters by size."""
    seen = list({row["segment"]: row for row in profile}.values())
    method = profile[0]["method"] if profile else ""
    if method in ORDER:
        return sorted(seen, key=lambda row: ORDER[method].index(row["segment"]))
    return sorted(seen, key=lambda row: (row["segment"] == "gone", -row["users"], row["segment"]))


def headline(profile: Sequence[Row], fits: Sequence[Row]) -> str:
    """What kinds of users there are, in one sentence."""
    found = sizes(profile)
    if not found:
        return "No segments yet"
    method, largest = found[0]["method"], max(found, key=lambda row: row["users"])
    if method != "kmeans":
        return f"{percent(largest['user_share'])} of users are {label(largest['segment']).lower()}"
    active = [row for row in found if row["segment"] != "gone"]
    people = sum(row["users"] for row in active)
    if len(active) < 2 or not people:
        return next((row["sentence"].rstrip(".") for row in fits), "Active users are not divided")
    first = active[0]
    return (
        f"{len(active)} kinds of active users; the largest are {first['segment'].lower()}, "
        f"{percent(first['users'] / people)} of them"
    )


def subtitle(profile: Sequence[Row]) -> str:
    """Window and population."""
    day: date = profile[0]["as_of_date"]
    people = sum(row["users"] for row in sizes(profile))
    return f"{people:,} people known by {long_day(day)}, by what they did in the 56 days up to it"


def size_table(profile: Sequence[Row], before: Sequence[Row]) -> pl.DataFrame:
    """Segments with their sizes then and now and what sets each apart."""
    earlier = {row["segment"]: row["user_share"] for row in before}
    return pl.DataFrame(
        [
            {
                "Segment": label(row["segment"]),
                "Users": f"{row['users']:,}",
                "Share": percent(row["user_share"]),
                "28 days before": percent(earlier[row["segment"]]) if row["segment"] in earlier else "none",
                "What sets it apart": row["words"],
            }
            for row in sizes(profile)
        ]
    )


def apart(profile: Sequence[Row]) -> go.Figure:
    """How far each segment's means lie from everybody's: features down, segments across, in deviations."""
    segments = [row["segment"] for row in sizes(profile)]
    held = {(row["feature"], row["segment"]): row for row in profile}
    features = [feature for feature in FEATURES if any(row["feature"] == feature for row in profile)]
    cells = [[held.get((feature, segment), {}) for segment in segments] for feature in features]
    return matrix(
        [[cell.get("difference") for cell in line] for line in cells],
        [[_mean(cell) for cell in line] for line in cells],
        [[_hover(cell) for cell in line] for line in cells],
        ([FEATURES[feature] for feature in features], [label(each) for each in segments]),
        (DIVERGING, -STRONGEST, STRONGEST),
    )


def _mean(cell: Row) -> str:
    """Few digits, so that a cell holds them on a phone."""
    value = cell.get("mean_value")
    if value is None:
        return ""
    if cell["unit"] == "share":
        text = f"{100 * value:.0f}%"
    else:
        text = f"{value:,.0f}" if value >= SHORT_FROM else f"{value:.1f}"
    return f"<b>{text}</b>" if cell["is_distinguishing"] else text


def _hover(cell: Row) -> str:
    if cell.get("mean_value") is None:
        return "nobody active"
    ends = [cell["mean_low"], cell["mean_high"]]
    unit = "ratio" if cell["unit"] == "days" else cell["unit"]
    reach = "too few for an interval" if None in ends else " to ".join(number(end, unit) for end in ends)
    said = (
        f"{label(cell['segment'])}, {FEATURES[cell['feature']].lower()}: {number(cell['mean_value'], unit)}"
    )
    return f"{said} ({reach}), n = {cell['n']:,}"


def moves(transitions: Sequence[Row], method: str) -> go.Figure:
    """Where people of each segment were 28 days later: from down, to across, shares of each row."""
    own = [row for row in transitions if row["method"] == method]
    held = {(row["from_segment"], row["to_segment"]): row for row in own}
    sources, targets = (
        _ordered({row[name] for row in own}, method, own) for name in ("from_segment", "to_segment")
    )
    cells = [[held.get((source, target), {}) for target in targets] for source in sources]
    people = {row["from_segment"]: row["n"] for row in own}
    return matrix(
        [[cell.get("probability") for cell in line] for line in cells],
        [[_share(cell) for cell in line] for line in cells],
        [[_move(cell) for cell in line] for line in cells],
        ([f"{label(each)} (n = {people[each]:,})" for each in sources], [label(each) for each in targets]),
        (ONE_HUE, 0.0, 1.0),
    )


def _ordered(segments: set[str], method: str, rows: Sequence[Row]) -> list[str]:
    """As the method has them; clusters by people, `gone` and `unseen` last."""
    size = {name: sum(row["users"] for row in rows if row["from_segment"] == name) for name in segments}
    ranks = {name: at for at, name in enumerate(ORDER.get(method, ()))}
    return sorted(
        segments, key=lambda name: (name == "unseen", name == "gone", ranks.get(name, 0), -size[name], name)
    )


def _share(cell: Row) -> str:
    if not cell:
        return ""
    return "too few" if cell["probability"] is None else f"{100 * cell['probability']:.0f}%"


def _move(cell: Row) -> str:
    if not cell:
        return "nobody"
    said = f"{label(cell['from_segment'])} → {label(cell['to_segment'])}: {cell['users']:,} of {cell['n']:,}"
    if cell["probability"] is None:
        return f"{said}, too few for a share"
    share, low, high = (percent(cell[f"probability{end}"]) for end in ("", "_low", "_high"))
    return f"{said}, {share} ({low} to {high})"


def moves_headline(transitions: Sequence[Row], method: str) -> str:
    """The largest flow between two segments within 28 days."""
    own = [row for row in transitions if row["method"] == method]
    moved = [
        row
        for row in own
        if row["from_segment"] not in {row["to_segment"], "unseen"} and row["probability"] is not None
    ]
    if not moved:
        return "Nobody moved between segments within 28 days" if own else "Too few days to see who moves"
    row = max(moved, key=lambda row: row["users"])
    source, target = label(row["from_segment"]), label(row["to_segment"])
    moved_share = percent(row["probability"])
    return f"Most moved from {source.lower()} to {target.lower()}: {row['users']:,} people, {moved_share}"


def fits_table(fits: Sequence[Row]) -> pl.DataFrame:
    """How stable each number of clusters is."""
    shown = [row for row in fits if row["mean_ari"] is not None]
    return pl.DataFrame(
        [
            {
                "Clusters": row["clusters"],
                "Agreement (ARI)": round(row["mean_ari"], 2),
                "Worst cluster (Jaccard)": round(row["least_jaccard"], 2),
                "Variance explained": percent(row["explained_share"]),
                "With fewer": ""
                if row["null_explained_share"] is None
                else percent(row["null_explained_share"]),
                "Stable": "yes" if row["is_stable"] else "no",
                "In force": "yes" if row["is_chosen"] else "",
            }
            for row in shown
        ]
    )
