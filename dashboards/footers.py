"""What stands around every chart: banners above it when its data is in doubt, its provenance below."""

from collections.abc import Sequence
from datetime import date

import polars as pl
import streamlit as st

from dashboards.formats import listed
from dashboards.health import Problem, checks_in_words, upstream
from dashboards.reader import Reading


def asset_url(dagster_url: str, table: str) -> str:
    """Page of a table's asset in the Dagster UI."""
    return f"{dagster_url.rstrip('/')}/assets/{table.replace('.', '/')}"


def banner(problems: Sequence[Problem], first_day: date, last_day: date) -> None:
    """What is wrong with the days shown: each error in a sentence, warnings in one line; else nothing."""
    touching = [problem for problem in problems if problem.touches(first_day, last_day)]
    errors = [problem.sentence for problem in touching if problem.is_error]
    warnings = [problem.gist for problem in touching if not problem.is_error]
    if errors:
        st.error("  \n".join(errors), icon=":material/error:")
    if warnings:
        st.warning(f"Warnings about the days shown: {listed(warnings)}.", icon=":material/warning:")


def provenance(reading: Reading, table: str, definition: str) -> str:
    """Definition, asset, checks and version of a chart as one line of Markdown."""
    lineage = upstream(reading.origins, table)
    parts = [
        definition,
        f"asset [{table.replace('.', '/')}]({asset_url(reading.settings.dagster_url, table)})",
        checks_in_words(reading.checks, lineage),
        f"data `{reading.version(table)}`",
    ]
    return " · ".join(part for part in parts if part)


def footer(reading: Reading, table: str, definition: str, rows: pl.DataFrame, name: str) -> None:
    """The line below a chart, with what it shows as CSV.

    Args:
        reading: the pinned data.
        table: the table that the chart draws.
        definition: what is drawn, in one sentence.
        rows: what is drawn, for download.
        name: what the file is called; also the button's key.
    """
    left, right = st.columns([7, 1])
    left.caption(provenance(reading, table, definition))
    right.container(horizontal_alignment="right").download_button(
        "CSV",
        rows.write_csv(),
        file_name=f"{name}_v{reading.snapshot.versions[table]}.csv",
        mime="text/csv",
        key=f"csv_{name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
