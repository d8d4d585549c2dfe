"""The Revenue view: subscribers and what they pay, so far and to come, and how trials turn into them."""

from datetime import UTC, date, datetime

import streamlit as st

from dashboards import footers, health, status
from dashboards.drawing import draw
from dashboards.fan import fan_chart
from dashboards.growth import outlook, subscribers
from dashboards.reader import Reading, Row

NOTHING = (
    "No subscriptions here: there are none, or `analytics-platform run --select group:forecasts` is due."
)
TABLE = subscribers.SUBSCRIPTIONS

Segment = tuple[str, str]


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(TABLE)
    if not rows:
        st.info(NOTHING)
        return
    last_day = max(row["event_date"] for row in rows if not row["is_forecast"])
    status.strip(reading, last_day, TABLE, "subscriptions")
    segments = outlook.segments(rows, "active_subscribers")
    who = st.segmented_control(
        "Who", list(segments), default=next(iter(segments)), required=True, key="who", bind="query-params"
    )
    _subscribers(reading, rows, who, segments[who])
    st.divider()
    _flows(reading, rows, segments[who], last_day)


def _subscribers(reading: Reading, rows: list[Row], who: str, segment: Segment) -> None:
    """How many there are and will be, and what they pay."""
    past, ahead = subscribers.of_metric(rows, "active_subscribers", segment)
    _, revenue = subscribers.of_metric(rows, "mrr_usd", segment)
    headline = subscribers.headline(past, ahead, revenue)
    # A dollar sign would open a formula.
    st.subheader(headline.replace("$", "\\$"), anchor=False)
    st.caption(subscribers.subtitle(ahead, who))
    fan = subscribers.fan_of(past, ahead)
    last_shown = (fan.ahead or fan.days)[-1]
    footers.banner(health.problems_of(reading, TABLE, datetime.now(UTC)), fan.days[0], last_shown)
    spans = outlook.spans_of(reading.rows(outlook.CALENDAR), fan.days[0], last_shown)
    draw(fan_chart(fan, spans), "subscribers", headline)
    st.caption(outlook.LEGEND)
    table = subscribers.as_frame(past, ahead)
    footers.footer(reading, TABLE, "Subscribers at the end of the day", table, f"subscribers_{segment[1]}")


def _flows(reading: Reading, rows: list[Row], segment: Segment, last_day: date) -> None:
    """How trials turn into subscriptions, and what comes and goes."""
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
    footers.footer(reading, TABLE, "Trials, conversions and cancellations", flows, f"flows_{segment[1]}")
