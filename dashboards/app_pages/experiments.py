"""Experiments: which ship, what each one changed and how sure that is, and what was never randomised.

A direct script: it reads tables and the names of metrics, and computes nothing itself.
"""

from datetime import UTC, datetime

import streamlit as st

from analytics_platform.errors import AnalyticsError
from dashboards import (
    experiment_detail,
    experiment_tabs,
    footers,
    health,
    observational_view,
    portfolio,
    status,
)
from dashboards.certification import CERTIFICATES
from dashboards.drawing import draw
from dashboards.forest import forest
from dashboards.observational import EFFECTS
from dashboards.reader import pin
from dashboards.vocabulary import method_label

RANDOMISED, OBSERVED = "Randomised", "Not randomised"

reading = pin()
now = datetime.now(UTC)
decisions = reading.rows(portfolio.DECISIONS)
catalogue = {row["experiment_id"]: row for row in reading.rows(portfolio.CATALOGUE)}
effects = reading.rows(EFFECTS)
certificates = reading.rows(CERTIFICATES)
if not decisions and not effects:
    raise AnalyticsError(portfolio.nothing_yet(reading, list(catalogue)))

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Experiments", anchor=False, width="content")
    kinds = [name for name, rows in ((RANDOMISED, decisions), (OBSERVED, effects)) if rows]
    kind = st.segmented_control(
        "Evidence", kinds, default=kinds[0], required=True, key="evidence", bind="query-params"
    )
if kind == OBSERVED:
    observational_view.show(reading, effects, certificates)
    st.stop()

entries = portfolio.entries(decisions, reading.rows(portfolio.READOUTS), reading.rows(portfolio.SRM))
first_day, last_day = portfolio.period(entries, catalogue)
status.strip(reading, last_day, portfolio.DECISIONS, "decisions")
st.subheader(portfolio.headline(entries), anchor=False)
st.caption(portfolio.subtitle(entries))
problems = health.problems_of(reading, portfolio.DECISIONS, now)
footers.banner(problems, first_day, last_day)
left, right = st.columns([5, 4], gap="large")
with left:
    draw(forest(portfolio.forest_rows(entries)), "portfolio", portfolio.headline(entries))
right.dataframe(
    portfolio.table(entries), hide_index=True, height="content", alt="Verdict of every experiment in words"
)
guide = "Ship, Hold, Stop or Inconclusive by the rule of each experiment's catalogue entry"
footers.footer(reading, portfolio.DECISIONS, guide, portfolio.as_rows(entries), "portfolio")

st.divider()
names = list(dict.fromkeys(entry.experiment_id for entry in entries))
experiment_id = st.selectbox("Experiment", sorted(names), key="experiment", bind="query-params", width=300)
own = [entry for entry in entries if entry.experiment_id == experiment_id]
variants = [entry.decision["variant"] for entry in own]
variant = variants[0]
if len(variants) > 1:
    variant = st.segmented_control(
        "Variant", variants, default=variants[0], required=True, key="variant", bind="query-params"
    )
entry = next(entry for entry in own if entry.decision["variant"] == variant)
decision = entry.decision
found = portfolio.standing(entry, certificates)
state = "final" if decision["is_final"] else f"running, read on {decision['as_of_date']}"
st.subheader(decision["headline"].rstrip("."), anchor=False)
method = method_label(decision["method"])
st.markdown(f"{portfolio.badge(entry.verdict)} :gray-badge[{state}] :gray-badge[{method}] {found.badge}")
if entry.is_broken:
    st.error(
        "The groups are not as large as planned: no effect below can be trusted until the cause is known.",
        icon=":material/error:",
    )
reasons, plan = st.columns([3, 2], gap="large")
reasons.markdown("\n".join(f"- {line}" for line in portfolio.reasons(decision)))
if experiment_id in catalogue:
    plan.markdown(experiment_detail.plan(catalogue[experiment_id]))
primary = decision["primary_metric"]
subject = experiment_tabs.Subject(
    reading, experiment_id, variant, primary, certificates, is_broken=entry.is_broken
)
experiment_tabs.show(subject)
