"""Users at risk: who is likely to leave, how well that is known, and what goes with leaving.

A direct script: it reads tables, and computes nothing itself.
"""

import streamlit as st

from dashboards.reader import open_reading

reading = open_reading()
st.title("Users at risk", anchor=False)
