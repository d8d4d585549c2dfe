"""The dashboards' entry point: `streamlit run dashboards/app.py`. Pages lie in `app_pages/`."""

import streamlit as st

from analytics_platform.errors import AnalyticsError

st.set_page_config(page_title="Analytics platform", layout="wide")
page = st.navigation(
    [
        st.Page("app_pages/overview.py", title="Overview", default=True),
        st.Page("app_pages/behaviour.py", title="Behaviour"),
        st.Page("app_pages/users_at_risk.py", title="Users at risk"),
        st.Page("app_pages/llm_quality.py", title="LLM quality"),
        st.Page("app_pages/growth.py", title="Growth"),
        st.Page("app_pages/experiments.py", title="Experiments"),
        st.Page("app_pages/trust.py", title="Trust"),
    ],
    position="top",
)
try:
    page.run()
except AnalyticsError as error:
    st.info(str(error), title="Nothing to show", icon=":material/info:")
