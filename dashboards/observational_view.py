"""What was never randomised, drawn: one question at a time, its methods, its assumptions, its doubts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import streamlit as st

from dashboards import certification, effects, footers, health, observational, observational_doubts, status
from dashboards.drawing import draw
from dashboards.experiment_tabs import listing
from dashboards.forest import forest
from dashboards.reader import Reading, Row


def show(reading: Reading, found: Sequence[Row], certificates: Sequence[Row]) -> None:
    """The chosen question with all that is known about its answer.

    Args:
        reading: the pinned data.
        found: rows of `experiments.observational_effects`.
        certificates: rows of `validation.certificates`.
    """
    status.strip(reading, None, observational.EFFECTS, "analyses")
    st.caption(
        "Nobody was randomised here: each answer rests on the assumptions beside it, which data cannot prove."
    )
    questions = list(dict.fromkeys(row["question"] for row in found))
    question = st.selectbox("Question", questions, key="question", bind="query-params")
    problems = health.problems_of(reading, observational.EFFECTS, datetime.now(UTC))
    footers.banner(problems, date.min, date.max)
    own = [row for row in found if row["question"] == question]
    analyses = {row["analysis_id"] for row in own}
    doubts = [row for row in reading.rows(observational.DIAGNOSTICS) if row["analysis_id"] in analyses]
    for group in observational.groups(own):
        _answer(group, doubts, certificates)
    table, name = effects.as_frame(own, observational.COLUMNS), f"observational_{min(analyses)}"
    footers.footer(reading, observational.EFFECTS, question or "", table, name)
    if doubts:
        _doubts(reading, doubts, name)


def _answer(group: Sequence[Row], doubts: Sequence[Row], certificates: Sequence[Row]) -> None:
    """The estimates of one outcome beside what they assume."""
    headline, outcome = observational.headline(group), group[0]["outcome"]
    st.subheader(headline, anchor=False)
    st.caption(observational.facts(group))
    analyses = {row["analysis_id"] for row in group}
    if warning := observational_doubts.failures([row for row in doubts if row["analysis_id"] in analyses]):
        st.warning(warning, icon=":material/warning:")
    rows = observational.forest_rows(group)
    left, right = st.columns([3, 2], gap="large")
    with left:
        figure = forest(rows, *observational.axis(group))
        draw(figure, f"observational_{outcome}", f"{headline}, {len(rows)} methods")
    with right:
        _assumptions(group, certificates)


def _assumptions(group: Sequence[Row], certificates: Sequence[Row]) -> None:
    """Each assumption once, below the methods that make it."""
    ranked = sorted(group, key=lambda row: not row["is_recommended"])
    kind = observational.kind_of(group[0]["outcome"])
    for told in dict.fromkeys(row["assumptions"] for row in ranked if row["assumptions"]):
        badges = [
            f"**{observational.method_name(row, group)}** "
            f"{certification.standing(certificates, row['method'], kind).badge}"
            for row in ranked
            if row["assumptions"] == told
        ]
        st.markdown(f"{' '.join(dict.fromkeys(badges))}  \n{told}")
    named = [{**row, "label": observational.method_name(row, group)} for row in group]
    for told in effects.why_not(named, "label"):
        st.caption(told)


def _doubts(reading: Reading, doubts: Sequence[Row], name: str) -> None:
    """What speaks for and against the answer, in words and charts."""
    st.markdown("**What speaks for and against**")
    listing(observational_doubts.sentences(doubts))
    left, right = st.columns(2, gap="large")
    for at, diagnostic in enumerate(observational_doubts.plotted(doubts)):
        with (left, right)[at % 2]:
            title = observational_doubts.title(doubts, diagnostic)
            st.markdown(f"**{title}**")
            draw(observational_doubts.chart(doubts, diagnostic), f"doubt_{diagnostic}", title)
    table = effects.as_frame(doubts, tuple(doubts[0]))
    definition = "What could spoil the answer, looked at"
    footers.footer(reading, observational.DIAGNOSTICS, definition, table, f"doubts_{name}")
