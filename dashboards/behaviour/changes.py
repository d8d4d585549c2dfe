"""What changed, drawn: the week's moves, whose they are, and the days unlike the weeks before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import streamlit as st

from analytics_platform.metrics import METRICS
from dashboards import footers, health, status
from dashboards.behaviour import change_parts as parts
from dashboards.behaviour import spells
from dashboards.drawing import draw
from dashboards.forest import forest
from dashboards.reader import Reading, Row

SHOWN_SPELLS = 6
WIDEST = 50.0
"""Contributions differ in size: none is cut for being larger than the others."""


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(parts.CHANGES)
    if not rows:
        st.info(
            "There is nothing to compare yet: `analytics-platform run` builds the table once there are two "
            "weeks of data.",
            icon=":material/info:",
        )
        return
    week = parts.totals(rows, "week")
    last_day = max(row["as_of_date"] for row in rows)
    status.strip(reading, last_day, parts.CHANGES, "changes")
    st.subheader(parts.headline(week), anchor=False)
    problems = health.problems_of(reading, parts.CHANGES, datetime.now(UTC))
    footers.banner(problems, date.min, date.max)
    left, right = st.columns([4, 5], gap="large")
    with left:
        if week:
            st.caption(parts.subtitle(week))
            _moves(week)
            definition = "Change of each metric from the week before, relative to it"
            footers.footer(reading, parts.CHANGES, definition, parts.as_frame(week), "moves")
    with right:
        _reasons(reading, rows, week)
    st.divider()
    _days(reading, rows)


def _moves(week: Sequence[Row]) -> None:
    """What moved beyond noise; the rest to unfold."""
    moved = [row for row in week if row["is_notable"]]
    rest = [row for row in week if not row["is_notable"]]
    if moved:
        draw(forest(parts.metric_rows(moved)), "moves", f"{len(moved)} metrics that moved, with intervals")
    if rest:
        with st.expander(f"{len(rest)} within noise, or of too few people", expanded=not moved):
            draw(
                forest(parts.metric_rows(rest)), "noise", f"{len(rest)} metrics within noise, with intervals"
            )


def _reasons(reading: Reading, rows: Sequence[Row], week: Sequence[Row]) -> None:
    """One metric of one comparison, taken apart by one dimension."""
    apart = [
        row for row in parts.totals(rows, "day") if row["cause"] != "continued" and row["users"] is not None
    ]
    days = sorted({row["as_of_date"] for row in apart}, reverse=True)
    choices = [*([parts.WEEK] if week else []), *(str(day) for day in days)]
    if not choices:
        return
    with st.container(horizontal=True):
        period = st.selectbox("Period", choices, key="period", bind="query-params", width=150)
        chosen = week if period == parts.WEEK else [row for row in apart if str(row["as_of_date"]) == period]
        labels = {METRICS[row["metric"]].label: row for row in parts.ranked(chosen)}
        label = st.selectbox("Metric", labels, key="metric", bind="query-params", width=230)
    total = labels[label]
    same = ("comparison", "as_of_date", "metric")
    own = [row for row in rows if all(row[name] == total[name] for name in same)]
    st.markdown(f"**{total['sentence']}**")
    dimensions = parts.dimensions_of(own)
    if not dimensions:
        st.caption("Everybody is in one segment of every dimension: there is nothing to take apart.")
        return
    dimension = st.segmented_control(
        "By",
        dimensions,
        default=parts.default_dimension(total, dimensions),
        required=True,
        key="by",
        bind="query-params",
    )
    segments = parts.segment_rows(own, total, parts.DIMENSIONS[dimension])
    ticks = ".1%" if METRICS[total["metric"]].unit == "share" else "~%"
    figure = forest(segments, ticks, widest=WIDEST)
    draw(figure, "contributions", f"{label} by {dimension.lower()}: {total['sentence']}")
    if split := parts.splits(own):
        st.caption(" ".join(split))
    shown = [row for row in own if row["dimension"] in {parts.DIMENSIONS[dimension], "overall"}]
    footers.footer(reading, parts.CHANGES, parts.guide(total), parts.as_frame(shown), "contributions")


def _days(reading: Reading, rows: Sequence[Row]) -> None:
    """Unusual days with what is known of them, newest first; those with a gap of the log always."""
    found = spells.spells(rows)
    st.subheader(spells.days_headline(found), anchor=False)
    st.caption(
        "Each day against the median of the same weekday in the four weeks before; unusual are those that "
        "lie 3.5 robust deviations from what was usual in the eight weeks before."
    )
    recent = [
        spell for at, spell in enumerate(found) if at < SHOWN_SPELLS or spell.lead["cause"] == "logging_gap"
    ]
    for spell in recent:
        st.markdown(spell.words)
    older = [spell for spell in found if spell not in recent]
    if older:
        with st.expander(f"{len(older)} earlier"):
            for spell in older:
                st.markdown(spell.words)
    if found:
        definition = "Days unlike the weeks before, with what is known of them"
        table = parts.as_frame(parts.totals(rows, "day"))
        footers.footer(reading, parts.CHANGES, definition, table, "unusual_days")
