"""The Forecasts view: one series at a time, what it will be, how sure that is and how often it was right."""

from datetime import UTC, date, datetime

import streamlit as st

from dashboards import footers, health, status
from dashboards.drawing import draw
from dashboards.fan import fan_chart
from dashboards.growth import outlook
from dashboards.reader import KPIS, Reading

NOTHING = "No forecasts yet: run `analytics-platform run --select group:forecasts`."


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = outlook.newest(reading.rows(outlook.FORECASTS))
    tests = reading.rows(outlook.BACKTESTS)
    if not rows:
        reasons = {row["reason"] for row in tests if row["reason"]}
        st.info(f"Nothing can be forecast yet. {' '.join(sorted(reasons))}" if reasons else NOTHING)
        return
    status.strip(reading, rows[0]["made_on_date"], outlook.FORECASTS, "forecasts")
    metric, who, segment = _chosen(rows)
    own = outlook.used(outlook.of_series(rows, metric, segment))
    own_tests = outlook.of_series(tests, metric, segment)
    past: dict[date, float | None] = {
        row["event_date"]: row[metric] for row in reading.rows(KPIS, dimension=segment[0], segment=segment[1])
    }
    headline = outlook.headline(own, past)
    st.subheader(headline, anchor=False)
    st.caption(outlook.subtitle(own, who))
    problems = health.problems_of(reading, outlook.FORECASTS, datetime.now(UTC))
    footers.banner(problems, own[0]["made_on_date"], own[-1]["event_date"])
    is_partial = health.last_full_day(reading) < own[0]["made_on_date"]
    fan = outlook.fan_of(own, past, is_last_partial=is_partial)
    events = outlook.spans_of(reading.rows(outlook.CALENDAR), fan.days[0], fan.ahead[-1])
    draw(fan_chart(fan, events), "fan", f"{headline}, with intervals of 50, 80 and 95 percent")
    st.caption(outlook.LEGEND)
    name = f"forecast_{metric}_{segment[1]}"
    footers.footer(reading, outlook.FORECASTS, "Median and conformal intervals", outlook.as_frame(own), name)
    st.divider()
    _accuracy(reading, own_tests, name)


def _chosen(rows: list[outlook.Row]) -> tuple[str, str, tuple[str, str]]:
    """The metric, the segment's label and the segment, as the URL and the widgets say."""
    metrics = outlook.metrics(rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Metric", list(metrics), key="metric", bind="query-params", width=260)
        metric = metrics[label or next(iter(metrics))]
        segments = outlook.segments(rows, metric)
        who = st.segmented_control(
            "Who", list(segments), default=next(iter(segments)), required=True, key="who", bind="query-params"
        )
    return metric, who, segments[who]


def _accuracy(reading: Reading, tests: list[outlook.Row], name: str) -> None:
    """How good such forecasts were: in words, by week ahead, and of every model."""
    st.markdown("**How good were such forecasts?**")
    st.caption(outlook.error_in_words(tests))
    table = outlook.champions(tests)
    if table.is_empty():
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        draw(outlook.by_week(tests), "by_week", "Mean error by week ahead")
    right.dataframe(
        table, hide_index=True, height="content", alt="Accuracy of every model; a star marks the one used"
    )
    definition = "Rolling-origin back-test; OWA below 1 beats repeating the last week"
    footers.footer(reading, outlook.BACKTESTS, definition, table, f"backtest_{name}")
