"""What goes with leaving and what may cause it: importances with their direction, evidence on drivers."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import GREEN, GREY, VERMILLION
from dashboards.reader import Row
from dashboards.vocabulary import method_label, metric_label, unit

IMPORTANCE = "churn.feature_importance"
DRIVERS = "churn.drivers"
IMPORTANCE_COLUMNS = (
    "dimension", "segment", "statistic", "feature", "label", "other_feature", "estimate", "share",
    "direction", "n", "sentence",
)  # fmt: skip
DRIVER_COLUMNS = (
    "driver", "label", "evidence", "method", "source", "outcome", "estimate", "low", "high", "n",
    "treated_share", "overlap_outside", "robustness_value", "robustness_value_interval", "sentence",
)  # fmt: skip
SHOWN = 12
CLEAR = 0.3
KINDS = {
    "predictive": "Predictive: what the model goes by (SHAP, log odds)",
    "assumption_bound": "Assumption-bound: adjusted for all measured (points leaving)",
    "randomised": "Randomised: what an experiment changed (above 0: more came back)",
}


def segments(rows: Sequence[Row]) -> list[str]:
    """Groups of users that were explained, everybody first."""
    return list(dict.fromkeys(row["segment"] for row in rows if row["statistic"] == "importance"))


def importances(rows: Sequence[Row], segment: str) -> list[Row]:
    """The features that matter most to a group, most first."""
    own = [row for row in rows if row["statistic"] == "importance" and row["segment"] == segment]
    return sorted(own, key=lambda row: -row["estimate"])[:SHOWN]


def headline(rows: Sequence[Row], segment: str) -> str:
    """What the model goes by most, in a sentence of the table's."""
    own = importances(rows, segment)
    if not own:
        return "There is no model yet to explain"
    top = own[:3]
    names = ", ".join(row["label"] for row in top)
    return f"Most goes by {names}: {sum(row['share'] for row in top):.0%} of all"


def chart(own: Sequence[Row]) -> go.Figure:
    """Mean size of each feature's contribution, coloured by whether more of it goes with leaving."""
    figure = go.Figure()
    names = [row["label"] for row in own]
    figure.add_bar(
        x=[row["estimate"] for row in own],
        y=names,
        orientation="h",
        marker={"color": [_color(row["direction"]) for row in own]},
        text=[_arrow(row["direction"]) for row in own],
        textposition="outside",
        cliponaxis=False,
        customdata=[row["sentence"] for row in own],
        hovertemplate="%{customdata} %{x:.2f} log odds<extra></extra>",
    )
    top = max((row["estimate"] for row in own), default=1.0)
    return figure.update_layout(
        height=40 + 27 * len(own), margin={"l": 8, "r": 8, "t": 4, "b": 40}, showlegend=False,
        xaxis={"title": {"text": "mean contribution, log odds of leaving"}, "range": [0, 1.4 * top],
               "nticks": 5, "fixedrange": True, "gridcolor": "rgba(128, 128, 128, 0.18)"},
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True},
    )  # fmt: skip


def pairs(rows: Sequence[Row]) -> list[str]:
    """The strongest interactions in sentences."""
    own = [row for row in rows if row["statistic"] == "interaction"]
    return [
        f"{row['sentence']} ({row['estimate']:.2f})"
        for row in sorted(own, key=lambda row: -row["estimate"])[:4]
    ]


def evidence(rows: Sequence[Row]) -> list[dict[str, str]]:
    """A row a driver, a column a kind of evidence: side by side, never pooled."""
    found = []
    for driver in dict.fromkeys(row["driver"] for row in rows):
        own = [row for row in rows if row["driver"] == driver]
        told = {
            title: " · ".join(_told(row) for row in own if row["evidence"] == kind)
            for kind, title in KINDS.items()
        }
        found.append({"driver": own[0]["label"], **told})
    return found


def evidence_headline(rows: Sequence[Row]) -> str:
    """Where a plain difference would mislead: the driver whose adjusted effect is farthest from it."""
    gaps = []
    for driver in dict.fromkeys(row["driver"] for row in rows):
        by = {
            row["method"]: row
            for row in rows
            if row["driver"] == driver and row["evidence"] == "assumption_bound"
        }
        naive, adjusted = by.get("naive_difference"), by.get("dml")
        if naive and adjusted and naive["estimate"] is not None and adjusted["estimate"] is not None:
            gaps.append((abs(naive["estimate"] - adjusted["estimate"]), naive, adjusted))
    if not gaps:
        return "Too few users to tell causes from company"
    _, naive, adjusted = max(gaps, key=lambda gap: gap[0])
    side = "leaving" if naive["estimate"] > 0 else "staying"
    return (
        f"What goes with {side} need not cause it: {naive['label'].split(',')[0]} goes with "
        f"{_points(naive['estimate'])} leaving, {_points(adjusted['estimate'])} among users alike in the rest"
    )


def notes(rows: Sequence[Row]) -> list[str]:
    """Overlap and sensitivity of the adjusted comparisons, one sentence each."""
    return [
        f"{row['label'][:1].upper()}{row['label'][1:]}: {row['overlap_outside']:.0%} of n = "
        f"{row['n']:,} were nearly certain to have it, or not to; {_doubt(row)}."
        for row in rows
        if row["method"] == "dml" and row["overlap_outside"] is not None
    ]


def _doubt(row: Row) -> str:
    if row["robustness_value"] is None:
        return "too many to compare the rest"
    return f"a hidden cause of {row['robustness_value']:.1%} of what is left of both would undo the estimate"


def _told(row: Row) -> str:
    if row["estimate"] is None:
        return row["sentence"]
    if row["evidence"] == "predictive":
        return f"{row['estimate']:+.2f} (n = {row['n']:,})"
    if row["evidence"] == "randomised":
        return f"{row['source']}: {_changed(row)}"
    name = "plain difference" if row["method"] == "naive_difference" else method_label(row["method"])
    return f"{name} {_points(row['estimate'])} ({_points(row['low'])} to {_points(row['high'])})"


def _changed(row: Row) -> str:
    """What an experiment changed, in the unit of its outcome: above 0, more came back."""
    label = metric_label(row["outcome"])
    is_share = unit(row["outcome"]) == "share"
    scale, digits, of = (100.0, 1, f"points of {label}") if is_share else (1.0, 2, label.lower())
    ends = [row[name] for name in ("low", "high")]
    told = "" if None in ends else f" ({' to '.join(f'{scale * end:+.{digits}f}' for end in ends)})"
    return f"{scale * row['estimate']:+.{digits}f}{told} {of}"


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"


def _color(direction: float | None) -> str:
    if direction is None or abs(direction) < CLEAR:
        return GREY
    return VERMILLION if direction > 0 else GREEN


def _arrow(direction: float | None) -> str:
    if direction is None or abs(direction) < CLEAR:
        return " either"
    return " leaves" if direction > 0 else " stays"
