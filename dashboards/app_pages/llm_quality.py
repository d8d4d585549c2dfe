"""LLM quality: how many answers are unsupported, how that moves, what versions changed, and whom to believe.

A direct script: it reads tables, and computes nothing itself.
"""

import streamlit as st

from analytics_platform.errors import AnalyticsError
from dashboards.llm import experts, over_time, overview, sources, versions, worst
from dashboards.reader import pin

VIEWS = {
    "Overview": overview.show,
    "Over time": over_time.show,
    "Versions": versions.show,
    "Experts and judges": experts.show,
    "Worst answers": worst.show,
}

reading = pin()
if not any(table in reading.snapshot.tables for table in sources.TABLES):
    raise AnalyticsError(
        f"The lake `{reading.settings.lake}` knows nothing of the quality of answers yet. It takes "
        f"{sources.CALLS}; then `analytics-platform run`."
    )
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("LLM quality", anchor=False, width="content")
    view = st.segmented_control(
        "View", list(VIEWS), default=next(iter(VIEWS)), required=True, key="view", bind="query-params"
    )
VIEWS[view](reading)
