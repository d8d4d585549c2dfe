"""What was never randomised, drawn: one question at a time, its methods, its assumptions, its doubts."""

from collections.abc import Sequence

import streamlit as st

from dashboards import observational
from dashboards.certification import standing
from dashboards.charts import CONFIG
from dashboards.effects import as_frame, why_not
from dashboards.experiment_tabs import listing
from dashboards.footers import footer
from dashboards.forest import forest
from dashboards.reader import Reading, Row
from dashboards.vocabulary import method_label


def draw(reading: Reading, effects: Sequence[Row], certificates: Sequence[Row]) -> None:
    """The chosen question with all that is known about its answer."""
    st.caption(
        "Nobody was randomised here: each answer rests on the assumptions beside it, which data cannot prove."
    )
    questions = list(dict.fromkeys(row["question"] for row in effects))
    question = st.selectbox("Question", questions, key="question", bind="query-params")
    own = [row for row in effects if row["question"] == question]
    analyses = {row["analysis_id"] for row in own}
    doubts = [row for row in reading.rows(observational.DIAGNOSTICS) if row["analysis_id"] in analyses]
    st.subheader(observational.headline(own), anchor=False)
    st.caption(observational.facts(own))
    rows = observational.forest_rows(own)
    left, right = st.columns([3, 2], gap="large")
    left.plotly_chart(
        forest(rows),
        config=CONFIG,
        key="observational",
        alt=f"{observational.headline(own)}, {len(rows)} methods",
    )
    with right:
        _assumptions(own, certificates)
    listing(observational.sentences(doubts))
    _plots(doubts)
    table = as_frame(own, observational.COLUMNS)
    footer(reading, observational.EFFECTS, question or "", table, f"observational_{min(analyses)}")


def _assumptions(effects: Sequence[Row], certificates: Sequence[Row]) -> None:
    """Each assumption once, below the methods that make it."""
    ranked = sorted(effects, key=lambda row: not row["is_recommended"])
    for told in dict.fromkeys(row["assumptions"] for row in ranked if row["assumptions"]):
        methods = dict.fromkeys(row["method"] for row in ranked if row["assumptions"] == told)
        badges = " ".join(
            f"**{method_label(name)}** {standing(certificates, name).badge}" for name in methods
        )
        st.markdown(f"{badges}  \n{told}")
    for told in why_not([{**row, "label": method_label(row["method"])} for row in effects], "label"):
        st.caption(told)


def _plots(doubts: Sequence[Row]) -> None:
    left, right = st.columns(2, gap="large")
    for at, name in enumerate(observational.plotted(doubts)):
        with (left, right)[at % 2]:
            title = observational.TITLES[name]
            st.markdown(f"**{title}**")
            st.plotly_chart(observational.chart(doubts, name), config=CONFIG, key=f"doubt_{name}", alt=title)
