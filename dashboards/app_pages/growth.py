"""Growth: what comes next, how sure that is, and what would change it.

A direct script: it reads tables, and computes nothing itself.
"""

import streamlit as st

from dashboards.growth import forecasts, retention_curves, revenue, scenarios
from dashboards.reader import open_reading

VIEWS = {
    "Forecasts": forecasts.show,
    "Scenarios": scenarios.show,
    "Retention curves": retention_curves.show,
    "Revenue": revenue.show,
}

reading = open_reading()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Growth", anchor=False, width="content")
    view = st.segmented_control(
        "View", list(VIEWS), default=next(iter(VIEWS)), required=True, key="view", bind="query-params"
    )
VIEWS[view](reading)
