"""Who benefits: the Qini curve against random targeting, what a policy would gain, and calibration."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, GRID, error_bar
from dashboards.effect_curves import BAND
from dashboards.reader import Row
from dashboards.vocabulary import in_words

TABLE = "experiments.uplift"
COLUMNS = ("metric", "learner", "statistic", "item", "position", "estimate", "low", "high", "n", "sentence")
_TOLD = ("reason", "policy_gain", "qini", "auuc", "calibration_slope")
LEARNERS = ("dr_learner", "x_learner", "t_learner")


def learners(rows: Sequence[Row]) -> list[str]:
    """Learners among the rows, the one that policies use first."""
    present = {row["learner"] for row in rows}
    return [name for name in LEARNERS if name in present]


def points(rows: Sequence[Row], statistic: str) -> list[Row]:
    """Rows of a statistic that have a place and an estimate, in order."""
    known = [
        row
        for row in rows
        if row["statistic"] == statistic and row["estimate"] is not None and row["position"] is not None
    ]
    return sorted(known, key=lambda row: row["position"])


def sentences(rows: Sequence[Row]) -> list[str]:
    """What the policy, the curve and the calibration say, in that order."""
    by_name = {row["statistic"]: row["sentence"] for row in rows if row["sentence"]}
    return [by_name[name] for name in _TOLD if name in by_name]


def headline(rows: Sequence[Row]) -> str:
    """Whether ranking users by predicted uplift beats chance, by the interval of the Qini coefficient."""
    qini = next((row for row in rows if row["statistic"] == "qini" and row["estimate"] is not None), None)
    if qini is None or qini["low"] is None or qini["high"] is None:
        return "Whether some users benefit more than others cannot be estimated"
    if qini["low"] > 0:
        return "Some users benefit more than others, and the model can tell which"
    if qini["high"] < 0:
        return "The model ranks users the wrong way round: do not target by it"
    return "No sign that the model can tell who benefits more"


def qini_chart(rows: Sequence[Row]) -> go.Figure:
    """Gain against the share of users treated, most promising first, with random targeting in grey."""
    curve, chance = points(rows, "curve"), points(rows, "curve_random")
    banded = [row for row in curve if row["low"] is not None and row["high"] is not None]
    figure = go.Figure()
    for name, fill in (("high", None), ("low", "tonexty")):
        figure.add_scatter(
            x=[row["position"] for row in banded], y=[row[name] for row in banded], mode="lines",
            line={"width": 0}, fill=fill, fillcolor=BAND, hoverinfo="skip", name=name,
        )  # fmt: skip
    for own, color, dash, name in (
        (chance, GREY, "dash", "at random"),
        (curve, BLUE, "solid", "by the model"),
    ):
        figure.add_scatter(
            x=[row["position"] for row in own],
            y=[row["estimate"] for row in own],
            mode="lines",
            line={"color": color, "width": 2.5, "dash": dash},
            hovertemplate="%{x:.0%} treated: %{y:.3~g}<extra>" + name + "</extra>",
            name=name,
        )
        if own:
            middle = own[len(own) // 2]
            is_model = color == BLUE
            figure.add_annotation(
                x=middle["position"], y=middle["estimate"], text=name, showarrow=False, font={"size": 12},
                xanchor="right" if is_model else "left", yanchor="bottom" if is_model else "top",
            )  # fmt: skip
    figure.update_layout(**_layout("share of users treated, most promising first", ".0%", "gain in all"))
    return figure


def calibration_chart(rows: Sequence[Row]) -> go.Figure:
    """Observed against predicted uplift by group, on the line where both agree."""
    bins = [
        row for row in points(rows, "calibration_bin") if row["low"] is not None and row["high"] is not None
    ]
    places, values = [row["position"] for row in bins], [row["estimate"] for row in bins]
    ends = [min(places, default=0.0), max(places, default=1.0)]
    figure = go.Figure()
    figure.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        line={"color": GREY, "dash": "dash"},
        hoverinfo="skip",
        name="both agree",
    )
    figure.add_scatter(
        x=places,
        y=values,
        mode="markers",
        marker={"color": BLUE, "size": 9},
        error_y=error_bar(values, [row["low"] for row in bins], [row["high"] for row in bins], BLUE),
        hovertemplate="predicted %{x:.3~g}, observed %{y:.3~g}<extra></extra>",
        name="group of users",
    )
    figure.update_layout(**_layout("predicted uplift", "~g", "observed uplift"))
    return figure


def _layout(across: str, tick_format: str, upwards: str) -> dict[str, Any]:
    return {
        "height": 300,
        "margin": {"l": 56, "r": 14, "t": 12, "b": 48},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"title": {"text": across}, "tickformat": tick_format, "showgrid": False, "zeroline": False,
                  "fixedrange": True, "nticks": 6},
        "yaxis": {"title": {"text": upwards}, "tickformat": "~g", "nticks": 5, "gridcolor": GRID,
                  "zerolinecolor": GREY, "fixedrange": True},
    }  # fmt: skip


def importances(rows: Sequence[Row]) -> list[tuple[str, float]]:
    """Features by how much they move the predicted uplift, most first."""
    own = [row for row in rows if row["statistic"] == "importance" and row["estimate"] is not None]
    return [(in_words(row["item"]), row["estimate"]) for row in sorted(own, key=lambda row: -row["estimate"])]
