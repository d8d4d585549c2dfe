"""Users at risk: who is likely to leave, how well that is known, and what goes with leaving.

A direct script: it reads tables, and computes nothing itself.
"""

from datetime import UTC, datetime

import streamlit as st

from analytics_platform.errors import AnalyticsError
from dashboards import footers, health, status
from dashboards.churn import at_risk, quality, why
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.reader import open_reading

reading = open_reading()
now = datetime.now(UTC)
scores, cards = at_risk.newest(reading), reading.rows(quality.CARDS)
if not cards and scores.is_empty():
    raise AnalyticsError(
        "Nobody is scored yet: `analytics-platform run` builds features, trains the models and scores users."
    )
st.title("Users at risk", anchor=False)

if scores.is_empty():
    st.info(f"{quality.headline(cards)}.")
else:
    day = scores["event_date"][0]
    status.strip(reading, day, at_risk.TABLE, "scores")
    with st.container(horizontal=True):
        picked = {
            name: st.selectbox(label, options, key=name, bind="query-params", width=150)
            for name, label, options in (
                ("band", "Risk", [at_risk.EVERYBODY, *at_risk.BANDS]),
                ("role", "Role", at_risk.choices(scores, "role")),
                ("country", "Country", at_risk.choices(scores, "country")),
                ("plan", "Plan", at_risk.choices(scores, "plan")),
            )
        }
    chosen = at_risk.Chosen(**{name: value or at_risk.EVERYBODY for name, value in picked.items()})
    st.subheader(at_risk.headline(scores, chosen), anchor=False)
    st.caption(at_risk.subtitle(scores))
    footers.banner(health.problems_of(reading, at_risk.TABLE, now), day, day)
    st.dataframe(at_risk.by_role(scores), hide_index=True, alt="Users at risk by role")
    users = chosen.of(scores)
    st.caption(f"{at_risk.list_words(users)} · the likeliest to leave first · reasons from 50% on")
    st.dataframe(
        at_risk.listing(users.head(at_risk.LISTED)),
        hide_index=True,
        height=330,
        column_config={
            "user_id": st.column_config.NumberColumn("user", format="%d"),
            "probability": st.column_config.ProgressColumn(
                "chance of leaving", format="percent", min_value=0, max_value=1
            ),
            "risk_band": "risk",
            "recency_days": "days away",
            "active_days_28d": "active days in 28",
        },
        alt="Users with their chance of leaving and what speaks for it",
    )
    told = "Chance of no activity in the next 28 days, by the newest model that knew nothing later"
    footers.footer(reading, at_risk.TABLE, told, at_risk.listing(users), "users_at_risk")

st.divider()
if not scores.is_empty():
    st.subheader(quality.headline(cards), anchor=False)
st.caption(quality.subtitle(cards))
footers.banner(health.problems_of(reading, quality.CARDS, now), reading.days[0], reading.days[-1])
compared = quality.comparison(cards)
if compared:
    st.dataframe(compared, hide_index=True, alt="Every candidate beside the recency rule, with intervals")
    if warning := quality.warning(cards):
        st.warning(warning, icon=":material/warning:")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{quality.calibration_headline(cards)}**")
        draw(quality.calibration_chart(cards), "calibration", quality.calibration_headline(cards))
    ceiling = reading.rows(quality.CEILING)
    if best := quality.ceiling_headline(ceiling):
        with right:
            st.markdown(f"**{best}**")
            draw(quality.ceiling_chart(ceiling), "ceiling", best)
            told = "The oracle knows every trait and hazard of the simulated world, not who has gone"
            st.caption(footers.provenance(reading, quality.CEILING, told))
definition = "Measures of each candidate on users it had not seen, by day tried and on average"
footers.footer(reading, quality.CARDS, definition, as_frame(cards, quality.COLUMNS), "model_cards")
with st.expander("Model card"):
    st.markdown("\n".join(f"- {fact}" for fact in [*quality.facts(cards), quality.drifted(cards)] if fact))
    st.dataframe(quality.segments(cards), hide_index=True, alt="The model by role and country")

explained = reading.rows(why.IMPORTANCE)
if groups := why.segments(explained):
    st.divider()
    group = groups[0]
    if len(groups) > 1:
        group = st.segmented_control(
            "Explained for", groups, default=groups[0], required=True, key="explained", bind="query-params"
        )
    st.subheader(why.headline(explained, group), anchor=False)
    own = why.importances(explained, group)
    st.caption(
        f"Mean size of the exact SHAP value, log odds of leaving · n = {own[0]['n']:,} users of "
        f"{own[0]['snapshot_date']} · what the model goes by, no cause"
    )
    draw(why.chart(own), "importance", why.headline(explained, group))
    for told in why.pairs(explained):
        st.caption(told)
    rows = as_frame(explained, why.IMPORTANCE_COLUMNS)
    footers.footer(
        reading, why.IMPORTANCE, "What each feature adds to the log odds of leaving", rows, "importance"
    )

found = reading.rows(why.DRIVERS)
if found:
    st.divider()
    st.subheader(why.evidence_headline(found), anchor=False)
    st.caption("Three kinds of evidence side by side, never pooled · 95% intervals")
    st.table(why.evidence(found))
    for told in why.notes(found):
        st.caption(told)
    rows = as_frame(found, why.DRIVER_COLUMNS)
    footers.footer(reading, why.DRIVERS, "Evidence on what could be done about leaving", rows, "drivers")
