"""Trust: whether each method keeps its promise on simulated data, and finds what was planted in the world.

A direct script: it reads tables, and computes nothing itself.
"""

from datetime import UTC, date, datetime

import streamlit as st

from analytics_platform.errors import AnalyticsError
from dashboards import certificates, certificates_chart, footers, health, recovery, status
from dashboards.certification import CERTIFICATES, RECOVERY
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.reader import pin
from dashboards.vocabulary import in_words, method_label

EVERYTHING = "all"
RECOVERY_HEIGHT = 560

reading = pin()
now = datetime.now(UTC)
found, recovered = reading.rows(CERTIFICATES), reading.rows(RECOVERY)
if not found and not recovered:
    raise AnalyticsError(
        f"The lake `{reading.settings.lake}` holds no certificates yet: "
        "run `analytics-platform certify --quick` to prove every method on simulated data."
    )

st.title("Trust", anchor=False)
if found:
    status.strip(reading, None, CERTIFICATES, "certificates")
    st.subheader(certificates.headline(found), anchor=False)
    st.caption(certificates.subtitle(found, reading))
    footers.banner(health.problems_of(reading, CERTIFICATES, now), date.min, date.max)
    with st.container(horizontal=True):
        methods = [EVERYTHING, *dict.fromkeys(row["method"] for row in found)]
        method = st.selectbox("Method", methods, key="method", bind="query-params", width=220)
        kinds = [EVERYTHING, *dict.fromkeys(row["metric_kind"] for row in found)]
        kind = st.selectbox("Kind of metric", kinds, key="kind", bind="query-params", width=220)
    shown = certificates.choose(
        found, None if method == EVERYTHING else method, None if kind == EVERYTHING else kind
    )
    cells = certificates.cells(shown)
    if not shown:
        st.info(f"{method_label(method)} was not certified on {in_words(kind).lower()} metrics.")
    if cells:
        st.caption(
            "Where each observed value lies in the band around its nominal one (shaded) · bars: two Monte "
            f"Carlo errors; choose a method to see them where it has more than {certificates.MOST_BARS} "
            "certificates · blue: within · orange diamond: outside · open square: a known limit · grey: "
            "bad on purpose, to be caught"
        )
        draw(certificates_chart.chart(cells), "certificates", certificates.headline(shown))
    for told in certificates.limits(shown):
        st.caption(told)
    st.dataframe(certificates.table(shown), hide_index=True, alt="Every certificate in numbers")
    definition = "Nominal against observed behaviour of each method on data drawn many times over"
    rows = as_frame(shown, certificates.CERTIFICATE_COLUMNS)
    footers.footer(reading, CERTIFICATES, definition, rows, "certificates")
else:
    st.info("No method is certified yet: run `analytics-platform certify --quick`.")

if recovered:
    st.subheader(recovery.headline(recovered), anchor=False)
    st.caption(recovery.subtitle(recovered))
    footers.banner(health.problems_of(reading, RECOVERY, now), date.min, date.max)
    everything = st.toggle("Every method, also those that decide nothing", key="every", bind="query-params")
    told = recovery.table(recovered if everything else recovery.believed(recovered))
    st.dataframe(told, hide_index=True, height=RECOVERY_HEIGHT, alt="Truth beside estimate")
    rows = as_frame(recovered, recovery.RECOVERY_COLUMNS)
    footers.footer(reading, RECOVERY, "Planted truth against estimate", rows, "recovery")
elif reading.source == "simulation":
    st.info("Estimates have not been held against the planted truth yet: run `analytics-platform run`.")
