"""View of the Behaviour page: who comes back, by cohort and day, until when, and after how much use."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboards import footers, health
from dashboards.behaviour import comebacks, triangle
from dashboards.behaviour.curves import curve_chart
from dashboards.drawing import draw
from dashboards.reader import Reading, Row

COHORTS = "behaviour.cohort_retention"
SURVIVAL = "behaviour.survival"
FREQUENCY = "behaviour.retention_by_frequency"
EVERYONE = "Everyone"


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(COHORTS)
    if not rows:
        st.info(
            "No cohorts yet: run `analytics-platform run --select +behaviour/cohort_retention`.",
            icon=":material/info:",
        )
        return
    footers.banner(health.problems_of(reading, COHORTS, datetime.now(UTC)), date.min, date.max)
    _cohorts(reading, rows)
    name, active = _chosen()
    dimension = comebacks.DIMENSIONS[name]
    left, right = st.columns(2, gap="large")
    with left:
        _curve(reading, rows, dimension, active)
    with right:
        _survival(reading, dimension, name)
    _frequency(reading)


def _chosen() -> tuple[str, str]:
    """What the curves are divided by, and when a user counts as retained."""
    with st.container(horizontal=True):
        name = st.segmented_control(
            "Divide by",
            list(comebacks.DIMENSIONS),
            default=EVERYONE,
            required=True,
            key="by",
            bind="query-params",
        )
        active = st.segmented_control(
            "Active",
            list(comebacks.CURVES),
            default="On day N",
            required=True,
            key="curve",
            bind="query-params",
        )
    return name, active


def _cohorts(reading: Reading, rows: Sequence[Row]) -> None:
    """The triangle."""
    with st.container(horizontal=True):
        chosen = st.segmented_control(
            "Periods",
            list(triangle.GRAINS),
            default="Weeks",
            required=True,
            key="cohorts",
            bind="query-params",
        )
        roles = sorted({row["segment"] for row in rows if row["dimension"] == "role"})
        who = st.selectbox("Users", [EVERYONE, *roles], key="who", bind="query-params", width=200)
    grain, segment = triangle.GRAINS[chosen], "all" if who == EVERYONE else who
    dimension = "overall" if who == EVERYONE else "role"
    shown = triangle.cells(rows, grain, dimension, segment)
    pooled = [r for r in comebacks.pooled(rows, grain.measure, dimension) if r["segment"] == segment]
    headline = triangle.headline(pooled, shown, grain)
    st.subheader(headline, anchor=False)
    st.caption(triangle.subtitle(pooled, grain, "users" if who == EVERYONE else f"{who}s"))
    if shown:
        draw(triangle.triangle(shown, grain), f"triangle_{chosen}_{who}", headline)
    definition = "Active in a period, of those whose period was wholly observed"
    footers.footer(reading, COHORTS, definition, _frame(shown), f"cohorts_{chosen.lower()}")


def _curve(reading: Reading, rows: Sequence[Row], dimension: str, chosen: str) -> None:
    """N-day or unbounded retention over all cohorts."""
    measure = comebacks.CURVES[chosen]
    cells = comebacks.pooled(rows, measure, dimension)
    _titled(
        comebacks.retention_headline(cells, measure),
        comebacks.retention_subtitle(cells, measure),
        curve_chart(comebacks.retention_curves(cells), "days since the first active day"),
        f"curve_{measure}_{dimension}",
    )
    footers.footer(reading, COHORTS, chosen, _frame(cells), f"retention_{measure}_{dimension}")


def _survival(reading: Reading, dimension: str, name: str) -> None:
    """Kaplan–Meier by segment."""
    rows = reading.rows(SURVIVAL, dimension=dimension)
    if not rows:
        st.info(
            "No survival yet: run `analytics-platform run --select behaviour/survival`.",
            icon=":material/info:",
        )
        return
    _titled(
        comebacks.survival_headline(rows, name),
        comebacks.survival_subtitle(rows),
        curve_chart(comebacks.survival_curves(rows), "days since the first active day", steps=True),
        f"survival_{dimension}",
    )
    definition = "Not yet silent for 28 days, Kaplan–Meier"
    footers.footer(reading, SURVIVAL, definition, _frame(rows), f"survival_{dimension}")


def _frequency(reading: Reading) -> None:
    """Later retention by active days at first."""
    rows = reading.rows(FREQUENCY)
    columns = st.columns(2, gap="large")
    for column, window in zip(columns, (7, 14), strict=True):
        shown = comebacks.frequency_rows(rows, window)
        with column:
            if not shown:
                st.caption(f"Too few users were watched long enough after their first {window} days.")
                continue
            _titled(
                comebacks.frequency_headline(shown),
                comebacks.frequency_subtitle(shown),
                comebacks.frequency_chart(shown),
                f"frequency_{window}",
            )
            definition = f"Retention by active days in the first {window}"
            footers.footer(reading, FREQUENCY, definition, _frame(shown), f"frequency_{window}")


def _titled(headline: str, subtitle: str, figure: go.Figure, key: str) -> None:
    st.subheader(headline, anchor=False)
    st.caption(subtitle)
    draw(figure, key, headline)


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)
