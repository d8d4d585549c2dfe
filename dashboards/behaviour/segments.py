"""Segments, drawn: what kinds of users there are, what sets each apart, and who moves between them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import streamlit as st

from dashboards import footers, health, status
from dashboards.behaviour import segment_parts as parts
from dashboards.behaviour.change_parts import as_frame
from dashboards.drawing import draw
from dashboards.reader import Reading, Row


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(parts.PROFILES)
    if not rows:
        st.info("There are no segments yet: `analytics-platform run` builds them.", icon=":material/info:")
        return
    fits = reading.rows(parts.FITS)
    status.strip(reading, max(row["as_of_date"] for row in rows), parts.PROFILES, "segments")
    chosen = st.segmented_control(
        "Method",
        list(parts.METHODS),
        default=next(iter(parts.METHODS)),
        required=True,
        key="method",
        bind="query-params",
    )
    method = parts.METHODS[chosen]
    profile = parts.newest(rows, method)
    last_day = profile[0]["as_of_date"]
    before = [row for row in rows if row["method"] == method and row["as_of_date"] < last_day]
    st.subheader(parts.headline(profile, fits), anchor=False)
    st.caption(parts.subtitle(profile))
    footers.banner(health.problems_of(reading, parts.PROFILES, datetime.now(UTC)), date.min, date.max)
    table = parts.size_table(profile, before)
    st.dataframe(table, hide_index=True, height="content", alt="Size of every segment and what sets it apart")
    footers.footer(reading, parts.PROFILES, parts.DEFINITIONS[method], table, f"segments_{method}")
    if method == "kmeans":
        _stability(fits)
    _profile(reading, profile, method)
    _moves(reading, method)


def _stability(fits: Sequence[Row]) -> None:
    """Why there are as many clusters as there are."""
    if not fits:
        return
    with st.expander("How many kinds there are, and why"):
        st.markdown(fits[0]["sentence"])
        table = parts.fits_table(fits)
        if not table.is_empty():
            st.dataframe(table, hide_index=True, alt="Stability of each number of clusters")


def _profile(reading: Reading, profile: Sequence[Row], method: str) -> None:
    """What sets segments apart."""
    title = "What sets them apart"
    st.markdown(f"**{title}**")
    st.caption(
        "Mean of each feature; colour: distance from everybody's mean, blue above; bold: most telling."
    )
    draw(
        parts.apart(profile),
        f"apart_{method}",
        f"{title}: means of features in {len(parts.sizes(profile))} segments",
    )
    definition = "Means over the people of a segment active within 56 days"
    footers.footer(reading, parts.PROFILES, definition, as_frame(profile), f"profile_{method}")


def _moves(reading: Reading, method: str) -> None:
    """Who moves from where to where."""
    transitions = reading.rows(parts.TRANSITIONS)
    own = [row for row in transitions if row["method"] == method]
    st.markdown(f"**{parts.moves_headline(transitions, method)}**")
    if not own:
        return
    st.caption("Rows: segment 28 days before; columns: segment now; unseen: not known then.")
    draw(parts.moves(transitions, method), f"moves_{method}", parts.moves_headline(transitions, method))
    definition = "Share of a segment's people who were in each segment 28 days later"
    footers.footer(reading, parts.TRANSITIONS, definition, as_frame(own), f"transitions_{method}")
