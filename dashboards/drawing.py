"""How a page draws a figure: without a tool bar, and with text dark enough to read."""

import plotly.graph_objects as go
import streamlit as st

from dashboards.charts import CONFIG

INK = "#3B4754"
"""On white Streamlit's own grey reaches a contrast of 3.7 to one only; small text needs 4.5."""


def draw(figure: go.Figure, key: str, alt: str) -> None:
    """A chart in the theme of the page."""
    if st.context.theme.type == "light":
        axis = {"tickfont": {"color": INK}, "title": {"font": {"color": INK}}}
        figure.update_layout(font={"color": INK}).update_xaxes(axis).update_yaxes(axis)
    st.plotly_chart(figure, config=CONFIG, key=key, alt=alt)
