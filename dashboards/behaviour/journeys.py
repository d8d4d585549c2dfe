"""Journeys, drawn: where users go next, within and between sessions, and around an event."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import footers, health, status
from dashboards.behaviour import journey_parts as parts
from dashboards.dot_plots import dot_plot
from dashboards.drawing import draw
from dashboards.reader import Reading, Row

ROLES = {"Everybody": "all", "Students": "student", "Teachers": "teacher"}


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(parts.JOURNEYS)
    if not rows:
        st.info("There are no journeys yet: `analytics-platform run` builds them.", icon=":material/info:")
        return
    status.strip(reading, None, parts.JOURNEYS, "journeys")
    scope, role = _filters(rows)
    anchor = "all"
    if scope in ("before_event", "after_event"):
        anchors = parts.anchors_of(rows, scope)
        anchor = st.selectbox("Event", anchors, key=f"anchor_{scope}", bind="query-params", width=300)
    moves = parts.chosen(rows, scope, role, anchor)
    headline = parts.headline(moves, scope, anchor)
    st.subheader(headline, anchor=False)
    st.caption(parts.SUBTITLES[scope])
    footers.banner(health.problems_of(reading, parts.JOURNEYS, datetime.now(UTC)), date.min, date.max)
    if not moves:
        return
    if anchor == "all":
        draw(parts.matrix(moves), "moves", headline)
    else:
        _around(moves, scope, headline)
    name = f"journeys_{scope}_{anchor}_{role}"
    footers.footer(reading, parts.JOURNEYS, parts.DEFINITIONS[scope], pl.DataFrame(moves), name)
    if scope == "within_session":
        _paths(reading, role)


def _filters(rows: Sequence[Row]) -> tuple[str, str]:
    """Which moves, and whose."""
    left, right = st.columns([3, 2])
    scopes = parts.scopes_of(rows)
    scope = left.segmented_control(
        "Moves", scopes, default=scopes[0], required=True, key="moves_of", bind="query-params"
    )
    held = {row["role"] for row in rows}
    roles = [name for name, role in ROLES.items() if role in held]
    role = right.segmented_control(
        "Users", roles, default=roles[0], required=True, key="role", bind="query-params"
    )
    return parts.SCOPES[scope], ROLES[role]


def _around(moves: Sequence[Row], scope: str, headline: str) -> None:
    """What lies next to an event, and the moves farther off."""
    if near := parts.dots(moves, scope):
        draw(dot_plot(near), "around", headline)
    st.markdown("**Move by move**")
    st.caption(
        "Steps are counted from the event, which is 0; shares are of all moves that come to a node before "
        "it, and of all that leave a node after it."
    )
    table = parts.move_table(moves)
    st.dataframe(table, hide_index=True, height=320, alt="The most frequent moves around the event")


def _paths(reading: Reading, role: str) -> None:
    """How sessions begin."""
    paths = reading.rows(parts.PATHS)
    st.markdown(f"**{parts.paths_headline(paths, role)}**")
    st.caption("First three nodes of a session, repeats in a row taken as one; … where it went on")
    table = parts.path_table(paths, role)
    if not table.is_empty():
        st.dataframe(table, hide_index=True, height=320, alt="The most frequent beginnings of sessions")
        guide = "Sessions that begin so, of all sessions"
        footers.footer(reading, parts.PATHS, guide, table, f"paths_{role}")
