"""View of the Growth page: what would happen if, by levers in the address and by scenarios with a name."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import footers, health, status
from dashboards.drawing import draw
from dashboards.forest import forest
from dashboards.growth import scenario_words as words
from dashboards.reader import Reading, Row

HINTS = {
    "acquisition": "Sign-ups, of the kind of those before.",
    "nurr": "Share of new users who come on the day after their first (NURR).",
    "curr": "Share of current users who come on the next day (CURR).",
    "resurrection": "Share of users away for four weeks or more who come on a day.",
    "quality": "Mean rating of answers, in stars.",
    "price": "Price of a subscription, for everybody.",
}


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(words.SCENARIOS)
    baseline = [row for row in rows if row["scenario_id"] == words.BASELINE]
    if not baseline:
        st.info(
            "There are no scenarios yet: they need four weeks of users' days and the weekly job builds them, "
            "or by `analytics-platform run --select forecasts/scenarios`.",
            icon=":material/info:",
        )
        return
    status.strip(reading, None, words.SCENARIOS, "scenarios")
    footers.banner(health.problems_of(reading, words.SCENARIOS, datetime.now(UTC)), date.min, date.max)
    names = {
        metric: label
        for metric, label in words.METRICS.items()
        if any(row["metric"] == metric for row in baseline)
    }
    label = st.segmented_control(
        "Metric", list(names.values()), default="DAU", required=True, key="metric", bind="query-params"
    )
    metric = next(name for name, shown in names.items() if shown == label)
    own = [row for row in baseline if row["metric"] == metric]
    levers = reading.rows(words.LEVER_ROWS, metric=metric)
    left, right = st.columns([2, 3], gap="large")
    with left:
        values = _levers(levers)
    with right:
        _outcome(reading, own, levers, metric, values)
    st.divider()
    _named(reading, rows, metric)


def _levers(rows: Sequence[Row]) -> dict[str, float]:
    """A slider a lever, at rest in the middle; the address keeps where it stands."""
    values: dict[str, float] = {}
    for lever, label in words.LEVERS.items():
        steps = sorted({row["change"] for row in rows if row["lever"] == lever})
        if len(steps) < 2:
            continue
        unit, form = (10, "%+.1f stars") if lever == "quality" else (100, "%+d%%")
        if lever == "quality":
            value = st.slider(
                label,
                steps[0],
                steps[-1],
                0.0,
                1 / unit,
                form,
                key=lever,
                bind="query-params",
                help=HINTS[lever],
            )
            values[lever] = round(value, 1)
        else:
            low, high, step = (round(unit * each) for each in (steps[0], steps[-1], steps[1] - steps[0]))
            value = st.slider(
                label, low, high, 0, step, form, key=lever, bind="query-params", help=HINTS[lever]
            )
            values[lever] = value / unit
    return values


def _outcome(
    reading: Reading, baseline: Sequence[Row], levers: Sequence[Row], metric: str, values: dict[str, float]
) -> None:
    days = words.combined(baseline, levers, values)
    headline = words.headline(days, metric, values)
    st.subheader(headline, anchor=False)
    st.caption(words.subtitle(days, baseline[-1]["baseline_source"]))
    draw(words.fan(days, metric, is_moved=bool(words.moved(values))), "scenario", headline)
    definition = "Forecast × growth model's ratio with and without the changes; levers multiply"
    footers.footer(reading, words.LEVER_ROWS, definition, words.as_frame(days), f"scenario_{metric}")
    chosen = words.moved(values)
    used = [
        row for row in levers if row["lever"] in chosen and abs(row["change"] - chosen[row["lever"]]) < 1e-6
    ]
    st.caption(words.replays_in_words(reading.rows(words.REPLAYS)))
    _listing(words.assumptions(used))


def _named(reading: Reading, rows: Sequence[Row], metric: str) -> None:
    shown = words.last_rows(rows, metric)
    if not shown:
        return
    headline = words.forest_headline(shown, metric)
    st.subheader(headline, anchor=False)
    st.caption(
        f"{words.METRICS[metric]} on the last day, relative to the baseline · 80% intervals · "
        "colour where the interval excludes zero"
    )
    draw(forest(words.forest_rows(shown)), "named", headline)
    for row in shown:
        if row["reason"] is not None:
            st.caption(f"{row['title']}: {row['reason']}")
    frame = pl.DataFrame(list(shown), infer_schema_length=None)
    footers.footer(reading, words.SCENARIOS, "Scenarios of the file, all changes at once", frame, "scenarios")
    with st.expander("What the scenarios rest on"):
        _listing(words.assumptions(shown))


def _listing(lines: Sequence[str]) -> None:
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
