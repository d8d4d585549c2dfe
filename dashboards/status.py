"""The strip under a page's title: which lake, which source, how fresh, how many checks pass."""

from datetime import date

import polars as pl
import streamlit as st

from dashboards.footers import asset_url
from dashboards.formats import instant, long_day
from dashboards.health import check_problems, checks_in_words
from dashboards.reader import KPIS, Reading
from dashboards.series import busiest_day

SOURCES = {"simulation": "Simulated world", "logs": "Real log"}


def strip(reading: Reading, last_day: date | None, table: str = KPIS, built: str = "KPIs") -> None:
    """Source, lake, last day and check status on one line; details to unfold below.

    Args:
        reading: the pinned data.
        last_day: the last day that the page tells of; None where days do not matter.
        table: the table whose age counts.
        built: what a reader calls that table.
    """
    written_at = instant(reading.origins[table].written_at, reading.settings.zone)
    reach = "" if last_day is None else f"data to **{long_day(last_day)}** · "
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(
        f":gray-badge[{SOURCES[reading.source]}] {_check_badge(reading.checks)} "
        f":small[{reach}lake `{reading.settings.lake}` · "
        f"{built} built {written_at} ({reading.settings.timezone})]"
    )
    details = row.popover("Freshness and checks", type="tertiary", on_change="rerun", key="freshness")
    if details.open:
        with details:
            _details(reading)


def quiet_end(reading: Reading, last_day: date) -> None:
    """A pointer to the busiest week when the product has gone quiet, as old logs do at their end."""
    busiest = busiest_day(reading.kpis, last_day)
    if busiest is not None:
        st.caption(
            f"Hardly anyone is left on {long_day(last_day)}: see the busiest week, which ended on "
            f"[{long_day(busiest)}](?as_of={busiest})."
        )


def _check_badge(checks: pl.DataFrame) -> str:
    words = checks_in_words(checks)
    text = words[:1].upper() + words[1:]
    failed = checks.filter(~pl.col("passed"))
    if checks.is_empty():
        return f":gray-badge[{text}]"
    if failed.is_empty():
        return f":green-badge[:material/check: {text}]"
    is_error = (failed["severity"] == "error").any()
    return f":{'red' if is_error else 'orange'}-badge[:material/warning: {text}]"


def _details(reading: Reading) -> None:
    for problem in check_problems(reading.checks):
        draw = st.error if problem.is_error else st.warning
        url = f"{asset_url(reading.settings.dagster_url, problem.table)}?view=checks"
        draw(f"{problem.sentence} [Open in Dagster]({url})", icon=":material/warning:")
    st.dataframe(
        table_overview(reading),
        hide_index=True,
        column_config={
            "table": st.column_config.LinkColumn("Table", display_text=r"assets/(.*)$"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "version": "Version",
            "written": "Rows written",
            "checks": "Checks",
        },
        alt="Rows, version, last write and checks of every table of the lake",
    )


def table_overview(reading: Reading) -> pl.DataFrame:
    """One row a table: link to its asset, rows, version, when rows were last written, checks that pass."""
    rows = [
        (
            asset_url(reading.settings.dagster_url, name),
            pinned.rows,
            pinned.version,
            instant(reading.origins[name].written_at, reading.settings.zone),
            checks_in_words(reading.checks, [name]),
        )
        for name, pinned in sorted(reading.snapshot.tables.items())
    ]
    return pl.DataFrame(rows, schema=["table", "rows", "version", "written", "checks"], orient="row")
