"""View of the Growth page: how many users will still be there, observed and projected."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import footers, health
from dashboards.behaviour.comebacks import segment_name
from dashboards.behaviour.curves import Curve, Point, curve_chart
from dashboards.drawing import draw
from dashboards.formats import percent
from dashboards.reader import Reading, Row
from dashboards.vocabulary import in_words

TABLE = "forecasts.retention_curves"
MODELS = {
    "beta_discrete_weibull": "Beta-discrete-Weibull",
    "shifted_beta_geometric": "Shifted beta-geometric",
    "discrete_weibull": "Discrete Weibull",
    "geometric": "Geometric",
    "flat": "No more losses",
}
READ_AT = 26
FAR_OFF = 5.0
"""Points of mean error in the back-test beyond which a projection is warned of."""


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(TABLE)
    if not rows:
        st.info(
            "No curves yet: run `analytics-platform run --select +forecasts/retention_curves`.",
            icon=":material/info:",
        )
        return
    footers.banner(health.problems_of(reading, TABLE, datetime.now(UTC)), date.min, date.max)
    name = st.selectbox("Users", list(segments(rows)), key="users", bind="query-params", width=280)
    dimension, segment = segments(rows)[name]
    own = [row for row in rows if (row["dimension"], row["segment"]) == (dimension, segment)]
    best = sorted((row for row in own if row["is_recommended"]), key=lambda row: row["week"])
    told = headline(best, name)
    st.subheader(told, anchor=False)
    st.caption(subtitle(best))
    draw(curve_chart([curve(best, name)], "weeks since the first active day"), f"projected_{segment}", told)
    definition = "Kaplan–Meier by week, carried on by the fitted curve"
    footers.footer(
        reading, TABLE, definition, pl.DataFrame(best, infer_schema_length=None), "retention_curve"
    )
    st.markdown(f"**Back-test.** {backtest(own)}")
    if frame := models(own):
        st.dataframe(
            pl.DataFrame(frame), hide_index=True, width=640, alt="Back-test error of each form of curve"
        )


def segments(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Dimension and segment by the name that readers choose, everyone first."""
    pairs = dict.fromkeys((row["dimension"], row["segment"]) for row in rows)
    ordered = sorted(pairs, key=lambda pair: (pair[0] != "overall", pair[0] != "role", pair))
    names = {"role": "Role", "acquisition_channel": "Channel"}
    return {
        segment_name(segment) if dimension == "overall" else f"{names[dimension]}: {in_words(segment)}": (
            dimension,
            segment,
        )
        for dimension, segment in ordered
    }


def curve(best: Sequence[Row], name: str) -> Curve:
    """What was observed but for the day of the start, and what is projected from the anchor on."""
    observed = [
        Point(row["week"], row["observed"], row["observed_low"], row["observed_high"], _told(row, "observed"))
        for row in best
        if row["observed"] is not None and row["week"] > 0
    ]
    projected = [
        Point(
            row["week"],
            row["projected"],
            row["projected_low"],
            row["projected_high"],
            _told(row, "projected"),
        )
        for row in best
        if row["projected"] is not None
    ]
    return Curve(name, observed, projected)


def _told(row: Row, what: str) -> str:
    low, high = row[f"{what}_low"], row[f"{what}_high"]
    ends = "" if low is None else f" ({percent(low)} to {percent(high)})"
    return f"week {row['week']}, {what}: {percent(row[what])}{ends}"


def headline(best: Sequence[Row], name: str) -> str:
    """The share expected after half a year, or why there is none."""
    if best[0]["reason"] is not None:
        return f"{name}: too few users watched for a projection"
    anchor = best[0]["anchor_week"]
    row = next(row for row in best if row["week"] == max(READ_AT, min(anchor + 1, best[-1]["week"])))
    told = f"{percent(row['projected'])} are expected to be left after {row['week']} weeks"
    if row["projected_low"] is not None:
        told += f" ({percent(row['projected_low'])} to {percent(row['projected_high'])})"
    seen = next(row for row in best if row["week"] == anchor)
    return f"{name}: {told}; {percent(seen['observed'])} were after {anchor}"


def subtitle(best: Sequence[Row]) -> str:
    """What is drawn, of how many, and what the interval does not hold."""
    if best[0]["reason"] is not None:
        return best[0]["reason"]
    return (
        f"Share not yet silent for 28 days, by week · {best[0]['users']:,} users · solid: observed to week "
        f"{best[0]['anchor_week']}, the last with 100 users watched · dashed: beta-discrete-Weibull · "
        "ribbon: 95% interval of chance, not of a wrong form of curve or of changes of the product"
    )


def backtest(own: Sequence[Row]) -> str:
    """How far the recommended form was off, beside the simplest."""
    errors = {row["model"]: row["backtest_mae_points"] for row in own}
    best = errors.get("beta_discrete_weibull")
    if best is None:
        return "Too few weeks were observed to fit some and compare with the rest."
    fitted = own[0]["backtest_weeks"]
    told = (
        f"Fitted to the first {fitted} weeks, it missed the {own[0]['anchor_week'] - fitted} after them by "
        f"{best:.1f} points on average; a geometric curve by {errors['geometric']:.1f}, "
        f"no more losses by {errors['flat']:.1f}."
    )
    if best > FAR_OFF:
        return f"{told} That is too far off to plan by: these users do not leave by time alone."
    return told


def models(own: Sequence[Row]) -> list[Row]:
    """Each form of curve with its parameters and back-test error; none where there is no error."""
    known = {row["model"]: row for row in own if row["backtest_mae_points"] is not None}
    return [
        {
            "Form of curve": label,
            "Parameters": known[model]["parameters"] or "–",
            "Mean error (points)": round(known[model]["backtest_mae_points"], 2),
        }
        for model, label in MODELS.items()
        if model in known
    ]
