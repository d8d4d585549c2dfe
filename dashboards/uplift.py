"""Who benefits: the Qini curve against random targeting, what a policy would gain, and calibration."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, GRID, error_bar
from dashboards.effect_curves import BAND
from dashboards.formats import Scale, scale
from dashboards.reader import Row
from dashboards.vocabulary import in_words, metric_label, unit

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


def subtitle(rows: Sequence[Row]) -> str:
    """Metric, users behind the curve and level of the intervals."""
    n = max((row["n"] for row in rows if row["statistic"] == "qini" and row["n"] is not None), default=None)
    users = "" if n is None else f"n = {n:,} users, none judged by a model that has seen them"
    parts = (metric_label(rows[0]["metric"]), users, "95% intervals")
    return " · ".join(part for part in parts if part)


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
    axis = _scale(rows, curve)
    banded = [row for row in curve if row["low"] is not None and row["high"] is not None]
    figure = go.Figure()
    for name, fill in (("high", None), ("low", "tonexty")):
        figure.add_scatter(
            x=[row["position"] for row in banded], y=[row[name] / axis.divisor for row in banded],
            mode="lines", line={"width": 0}, fill=fill, fillcolor=BAND, hoverinfo="skip", name=name,
        )  # fmt: skip
    for own, color, dash, name in (
        (chance, GREY, "dash", "at random"),
        (curve, BLUE, "solid", "by the model"),
    ):
        figure.add_scatter(
            x=[row["position"] for row in own],
            y=[row["estimate"] / axis.divisor for row in own],
            mode="lines",
            line={"color": color, "width": 2.5, "dash": dash},
            hovertemplate="%{x:.0%} treated: %{y:.3~g}" + axis.suffix + "<extra>" + name + "</extra>",
            name=name,
        )
        if own:
            middle = own[len(own) // 2]
            is_model = color == BLUE
            figure.add_annotation(
                x=middle["position"], y=middle["estimate"] / axis.divisor, text=name, showarrow=False,
                font={"size": 12}, xanchor="right" if is_model else "left",
                yanchor="bottom" if is_model else "top",
            )  # fmt: skip
    figure.update_layout(**_layout("share of users treated, most promising first", "gain per user", axis))
    figure.update_layout(xaxis={"tickformat": ".0%", "ticksuffix": ""})
    return figure


def calibration_chart(rows: Sequence[Row]) -> go.Figure:
    """Observed against predicted uplift by group, on the line where both agree."""
    bins = [
        row for row in points(rows, "calibration_bin") if row["low"] is not None and row["high"] is not None
    ]
    axis = _scale(rows, bins)
    places, values, lows, highs = (
        [row[name] / axis.divisor for row in bins] for name in ("position", "estimate", "low", "high")
    )
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
        error_y=error_bar(values, lows, highs, BLUE),
        hovertemplate=f"predicted %{{x:.3~g}}{axis.suffix}, observed %{{y:.3~g}}{axis.suffix}<extra></extra>",
        name="group of users",
    )
    if bins:
        figure.add_annotation(
            x=ends[1], y=ends[1], text="both agree", showarrow=False, xanchor="right", xshift=-10,
            font={"size": 12},
        )  # fmt: skip
    figure.update_layout(**_layout("predicted effect per user", "observed effect", axis))
    return figure


def _scale(rows: Sequence[Row], drawn: Sequence[Row]) -> Scale:
    """The axis in the unit of the metric: points for shares."""
    of = unit(rows[0]["metric"]) if rows else "ratio"
    if of == "share":
        return Scale(0.01, "~g", " pp")
    found = scale(of, [row["estimate"] for row in drawn])
    return found if of == "seconds" else Scale(1.0, "~g")


def _layout(across: str, upwards: str, axis: Scale) -> dict[str, Any]:
    return {
        "height": 300,
        "margin": {"l": 66, "r": 14, "t": 12, "b": 48},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"title": {"text": across}, "tickformat": axis.tick_format, "ticksuffix": axis.suffix,
                  "showgrid": False, "zeroline": False, "fixedrange": True, "nticks": 6},
        "yaxis": {"title": {"text": upwards}, "tickformat": axis.tick_format, "ticksuffix": axis.suffix,
                  "nticks": 5, "gridcolor": GRID, "zerolinecolor": GREY, "fixedrange": True},
    }  # fmt: skip


def importances(rows: Sequence[Row]) -> list[tuple[str, float]]:
    """Features by how much they move the predicted uplift, most first."""
    own = [row for row in rows if row["statistic"] == "importance" and row["estimate"] is not None]
    return [(in_words(row["item"]), row["estimate"]) for row in sorted(own, key=lambda row: -row["estimate"])]
