"""The Revenue view: subscribers and what they pay, so far and to come, and how trials turn into them."""

from datetime import UTC, date, datetime

import streamlit as st

from dashboards import footers, health, status
from dashboards.drawing import draw
from dashboards.fan import fan_chart
from dashboards.growth import outlook, subscribers
from dashboards.reader import Reading, Row

NOTHING = (
    "No subscriptions here: the product has none, or `analytics-platform run --select group:forecasts` "
    "is due."
)


def show(reading: Reading) -> None:
    """Draw the view."""
    table = subscribers.SUBSCRIPTIONS
    rows = reading.rows(table)
    if not rows:
        st.info(NOTHING)
        return
    segments = outlook.segments(rows, "active_subscribers")
    who = st.segmented_control(
        "Who", list(segments), default=next(iter(segments)), required=True, key="who", bind="query-params"
    )
    segment = segments[who]
    past, ahead = subscribers.of_metric(rows, "active_subscribers", segment)
    _, revenue = subscribers.of_metric(rows, "mrr_usd", segment)
    last_day = past[-1]["event_date"]
    status.strip(reading, last_day, table, "subscriptions")
    headline = subscribers.headline(past, ahead, revenue)
    # A dollar sign would open a formula.
    st.subheader(headline.replace("$", "\\$"), anchor=False)
    st.caption(subscribers.subtitle(ahead, who))
    problems = health.problems_of(reading, table, datetime.now(UTC))
    footers.banner(problems, past[0]["event_date"], (ahead or past)[-1]["event_date"])
    fan = subscribers.fan_of(past, ahead)
    last_shown = (fan.ahead or fan.days)[-1]
    spans = outlook.spans_of(reading.rows(outlook.CALENDAR), fan.days[0], last_shown)
    draw(fan_chart(fan, spans), "subscribers", headline)
    st.caption("Grey: what came; blue: expected, with 50, 80 and 95% intervals; shaded: breaks and exams.")
    name = f"subscribers_{segment[1]}"
    footers.footer(
        reading, table, "Subscribers at the end of the day", subscribers.as_frame(past, ahead), name
    )
    st.divider()
    _trials_and_flows(reading, rows, segment, last_day)


def _trials_and_flows(reading: Reading, rows: list[Row], segment: tuple[str, str], last_day: date) -> None:
    """How trials turn into subscriptions, beside what comes and goes."""
    table = subscribers.SUBSCRIPTIONS
    left, right = st.columns(2, gap="large")
    with left:
        trials, paid = subscribers.trial_cohort(reading.kpis, segment, last_day)
        st.markdown("**From trial to subscription**")
        st.caption(f"{subscribers.cohort_in_words(trials, paid)} Trials begun 28 to 55 days ago.")
        draw(subscribers.cohort_chart(trials, paid), "trials", "Trials and those that came to pay")
    with right:
        st.markdown("**What comes and goes**")
        st.caption("Users in four weeks, past and expected.")
        flows = subscribers.flows(rows, segment)
        st.dataframe(flows, hide_index=True, height="content", alt="Trials, conversions and cancellations")
    footers.footer(reading, table, "Trials, conversions and cancellations", flows, f"flows_{segment[1]}")
