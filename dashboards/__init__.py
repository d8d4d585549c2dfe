"""Streamlit pages over the lake: they read tables and metric definitions, and compute nothing."""
