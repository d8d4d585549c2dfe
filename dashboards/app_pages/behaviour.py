"""Behaviour: what moved and why, who comes back, and what kinds of users there are.

A direct script: it reads tables, and computes nothing itself.
"""

import streamlit as st

from dashboards.behaviour import changes, lifecycle, retention, segments
from dashboards.reader import open_reading

VIEWS = {
    "What changed": changes.show,
    "Lifecycle": lifecycle.show,
    "Retention": retention.show,
    "Segments": segments.show,
}

reading = open_reading()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Behaviour", anchor=False, width="content")
    view = st.segmented_control(
        "View", list(VIEWS), default=next(iter(VIEWS)), required=True, key="view", bind="query-params"
    )
VIEWS[view](reading)
