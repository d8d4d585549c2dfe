"""Experts and judges, drawn: how far experts agree, who is severe, how far a judge may be trusted."""

from collections.abc import Sequence

import streamlit as st

from dashboards import certification, footers, status
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.forest import forest
from dashboards.llm import agreement, judge, raters, sources
from dashboards.reader import Reading, Row
from dashboards.vocabulary import method_label

WIDEST = 50.0


def show(reading: Reading) -> None:
    """Draw the view."""
    table = next(name for name in sources.TABLES if name in reading.snapshot.tables)
    status.strip(reading, None, table, "quality of answers")
    left, right = st.columns(2, gap="large")
    with left:
        _agreement(reading)
    with right:
        _judge(reading)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        _severity(reading)
    with right:
        _gap(reading)


def _agreement(reading: Reading) -> None:
    rows = sources.rows_or_reason(reading, sources.AGREEMENT)
    if not rows:
        return
    st.subheader(sources.plain(agreement.headline(rows)), anchor=False)
    st.caption(agreement.subtitle(rows))
    sources.banner(reading, sources.AGREEMENT)
    draw(forest(agreement.forest_rows(rows), ".1f"), "agreement", agreement.headline(rows))
    for told in agreement.ceilings(rows):
        st.caption(sources.plain(told))
    with st.expander("By feature and version"):
        st.dataframe(agreement.table(rows), hide_index=True, alt="Agreement of experts by group")
    _badges(reading, "krippendorff_alpha")
    definition = "Krippendorff’s α of answers judged by two experts or more"
    footers.footer(reading, sources.AGREEMENT, definition, as_frame(rows, agreement.COLUMNS), "agreement")


def _judge(reading: Reading) -> None:
    rows = sources.rows_or_reason(reading, sources.CALIBRATION)
    if not rows:
        return
    choices = judge.judges(rows)
    name = next(iter(choices))
    if len(choices) > 1:
        name = st.selectbox("Judge", choices, key="judge", bind="query-params", width=260)
    own = judge.of(rows, *choices[name])
    st.subheader(judge.headline(own), anchor=False)
    st.caption(judge.subtitle(own))
    sources.banner(reading, sources.CALIBRATION)
    draw(judge.chart(own), "reliability", judge.headline(own))
    if told := judge.calibration(own):
        st.caption(told)
    st.dataframe(judge.table(own), hide_index=True, alt="What the judge finds and misses, with intervals")
    _badges(reading, "auroc", "sensitivity")
    definition = "The judge’s probability and flag against the majority of the experts"
    footers.footer(reading, sources.CALIBRATION, definition, as_frame(own, judge.COLUMNS), "judge")


def _severity(reading: Reading) -> None:
    rows = sources.rows_or_reason(reading, sources.SEVERITY)
    if not rows:
        return
    criteria = raters.criteria(rows)
    default = "helpful" if "helpful" in criteria else criteria[0]
    criterion = st.segmented_control(
        "Criterion", criteria, default=default, required=True, key="criterion", bind="query-params"
    )
    own = [row for row in rows if row["criterion"] == criterion]
    st.subheader(sources.plain(raters.severity_headline(own)), anchor=False)
    st.caption(
        "By how much each scores below the average expert on the same answers, in points of the "
        "scale, drawn towards "
        "0 · right: stricter · 95% intervals · blue square: more than three standard errors from 0 · "
        "n = judgements"
    )
    sources.banner(reading, sources.SEVERITY)
    draw(forest(raters.severity_rows(own), "+.2~f", widest=WIDEST), "severity", raters.severity_headline(own))
    _badges(reading, "rater_severity")
    definition = "Severity of each expert, allowing for which answers each judged"
    footers.footer(reading, sources.SEVERITY, definition, as_frame(own, raters.SEVERITY_COLUMNS), "severity")


def _gap(reading: Reading) -> None:
    rows = sources.rows_or_reason(reading, sources.GAP)
    if not rows:
        return
    st.subheader(raters.gap_headline(rows), anchor=False)
    st.caption(
        "Teachers − students (stars), teachers − other experts (panel), in points of the scale · "
        "circle or square: "
        "within the same item, allowing for severity · purple triangle: raw, whatever each rated · "
        "95% intervals "
        "by resampling raters and items · same day: feature, versions and day alike · n = items that "
        "both rated"
    )
    sources.banner(reading, sources.GAP)
    draw(forest(raters.gap_rows(rows), "+.2~f", widest=WIDEST), "gap", raters.gap_headline(rows))
    _badges(reading, "group_gap")
    definition = "Difference of mean scores, raw and within what both rated"
    footers.footer(reading, sources.GAP, definition, as_frame(rows, raters.GAP_COLUMNS), "gap")


def _badges(reading: Reading, *methods: str) -> None:
    certificates: Sequence[Row] = reading.rows(certification.CERTIFICATES)
    standings = [certification.standing(certificates, method) for method in methods]
    st.caption(" · ".join(f"{method_label(found.method)} {found.badge}" for found in standings))
