"""Versions, drawn: each against the one before it, with verdicts."""

from collections.abc import Sequence

import streamlit as st

from dashboards import certification, footers, status
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.forest import forest
from dashboards.llm import sources
from dashboards.llm import version_parts as parts
from dashboards.reader import Reading, Row
from dashboards.vocabulary import method_label


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(sources.VERSIONS)
    if not rows:
        st.info(sources.absent(sources.VERSIONS), icon=":material/info:")
        return
    status.strip(reading, max(row["last_date"] for row in rows), sources.VERSIONS, "comparisons")
    sources.banner(reading, sources.VERSIONS)
    certificates = reading.rows(certification.CERTIFICATES)
    for at, own in enumerate(parts.pairs(rows).values()):
        if at:
            st.divider()
        _pair(own, at, certificates)
    definition = (
        "Each version against the one before, metric by metric; unsupported claims by labels and detector"
    )
    footers.footer(reading, sources.VERSIONS, definition, as_frame(rows, parts.COLUMNS), "versions")


def _pair(rows: Sequence[Row], at: int, certificates: Sequence[Row]) -> None:
    st.subheader(sources.plain(parts.headline(rows)), anchor=False)
    st.markdown(parts.badges(rows))
    st.caption(parts.subtitle(rows))
    draw(forest(parts.forest_rows(rows)), f"versions_{at}", parts.headline(rows))
    with st.expander("In numbers"):
        st.dataframe(
            parts.table(rows), hide_index=True, alt="Every metric before and after, with its verdict"
        )
    methods = dict.fromkeys(parts.METHODS[row["metric"]] for row in rows if row["metric"] in parts.METHODS)
    standings = [certification.standing(certificates, method) for method in methods]
    if standings:
        st.caption(" · ".join(f"{method_label(found.method)} {found.badge}" for found in standings))
