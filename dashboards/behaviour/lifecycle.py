"""Lifecycle, drawn: who the active users are, who is gained and lost, where each state leads, how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from dashboards import footers, health, status
from dashboards.behaviour import lifecycle_weeks as weeks
from dashboards.behaviour import power_curve, transition_matrix
from dashboards.drawing import draw
from dashboards.reader import Reading, Row

LIFECYCLE = "behaviour.lifecycle_daily"
GROWTH = "behaviour.growth_accounting_daily"
POWER = "behaviour.power_users"
ALL_USERS = "All users"
DIMENSIONS = {"role": "Role", "country": "Country", "acquisition_channel": "Channel"}
LENGTHS = {"12 weeks": 12, "26 weeks": 26, "All": None}


@dataclass(frozen=True)
class Subject:
    """Whom the view is about.

    Attributes:
        reading: the pinned data.
        name: of the users, as chosen.
        dimension: column that they are chosen by.
        segment: its value.
        last_day: last day shown.
        ends: last days of the weeks shown, in order.
    """

    reading: Reading
    name: str
    dimension: str
    segment: str
    last_day: date
    ends: list[date]

    def rows(self, table: str, **equal: object) -> list[Row]:
        """The segment's rows of a table."""
        return self.reading.rows(table, dimension=self.dimension, segment=self.segment, **equal)


def populations(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Choices of whom the view is about, larger segments first, each with its dimension and segment.

    Args:
        rows: of `behaviour.growth_accounting_daily`, one period.
    """
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["dimension"], row["segment"]
        seen[key] = max(seen.get(key, 0), row["active_users"])
    found = {ALL_USERS: ("overall", "all")}
    for dimension, label in DIMENSIONS.items():
        own = sorted((-users, key[1]) for key, users in seen.items() if key[0] == dimension)
        found |= {f"{label}: {segment}": (dimension, segment) for _, segment in own}
    return found


def show(reading: Reading) -> None:
    """Draw the view."""
    months = reading.rows(GROWTH, period_days=28)
    if not months or LIFECYCLE not in reading.snapshot.tables:
        st.info("There is no lifecycle yet: `analytics-platform run` builds it.", icon=":material/info:")
        return
    subject = _chosen(reading, months)
    moves = subject.rows(LIFECYCLE)
    status.quiet_end(reading, subject.last_day)
    _states(subject, moves)
    _gains(subject)
    left, right = st.columns(2, gap="large")
    with left:
        _transitions(subject, moves)
    with right:
        _power(subject)


def _chosen(reading: Reading, months: Sequence[Row]) -> Subject:
    """The users, the last day and the length that the reader chose."""
    last_held = min(health.last_full_day(reading), max(row["event_date"] for row in months))
    status.strip(reading, last_held, LIFECYCLE, "lifecycle")
    names = populations(months)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Users", names, key="users", bind="query-params", width=220)
        last_day = st.date_input(
            "As of",
            last_held,
            min_value=min(row["event_date"] for row in months),
            max_value=last_held,
            key="as_of",
            bind="query-params",
            format="YYYY-MM-DD",
            width=150,
        )
        length = st.segmented_control(
            "Period", LENGTHS, default="26 weeks", required=True, key="period", bind="query-params"
        )
    dimension, segment = names[name]
    own = [row["event_date"] for row in months if (row["dimension"], row["segment"]) == names[name]]
    ends = weeks.weeks(last_day, min(own), LENGTHS[length])
    return Subject(reading, name, dimension, segment, last_day, ends)


def _states(subject: Subject, moves: Sequence[Row]) -> None:
    """Daily users by state."""
    table = weeks.active_by_state(moves, subject.ends)
    st.subheader(weeks.states_headline(table), anchor=False)
    st.caption(weeks.states_subtitle(subject.ends, subject.name))
    _banner(subject, LIFECYCLE)
    if subject.ends:
        draw(weeks.states_chart(table), "lifecycle_states", weeks.states_headline(table))
    footers.footer(subject.reading, LIFECYCLE, weeks.STATES_GUIDE, table, "lifecycle_states")


def _gains(subject: Subject) -> None:
    """Gains and losses of one period, and their ratio."""
    title = st.container()
    chosen = st.segmented_control(
        "Active users", weeks.PERIODS, default="Weekly", required=True, key="active", bind="query-params"
    )
    period = weeks.PERIODS[chosen]
    table = weeks.gains_by_week(subject.rows(GROWTH, period_days=period), subject.ends)
    with title:
        st.subheader(weeks.gains_headline(table, period), anchor=False)
        st.caption(weeks.gains_subtitle(subject.ends, period, subject.name))
    _banner(subject, GROWTH)
    if subject.ends:
        left, right = st.columns([3, 2], gap="large")
        with left:
            draw(weeks.gains_chart(table), "gains", weeks.gains_headline(table, period))
        with right:
            draw(weeks.ratio_chart(table), "quick_ratio", "Quick ratio by week; 1 is even")
            st.caption("Quick ratio by week: above 1 more users are gained than lost.")
    footers.footer(subject.reading, GROWTH, weeks.GAINS_GUIDE, table, "gains")


def _transitions(subject: Subject, moves: Sequence[Row]) -> None:
    """Where each state leads."""
    earlier = subject.last_day - timedelta(days=weeks.WEEK * weeks.MONTH_WEEKS)
    now, before = (transition_matrix.mean_rates(moves, day) for day in (subject.last_day, earlier))
    headline = transition_matrix.headline(now, before)
    st.subheader(headline, anchor=False)
    st.caption(transition_matrix.subtitle(subject.last_day, subject.name))
    draw(transition_matrix.chart(now), "transitions", headline)
    table = transition_matrix.as_table(now)
    footers.footer(subject.reading, LIFECYCLE, transition_matrix.GUIDE, table, "transitions")


def _power(subject: Subject) -> None:
    """How often users come."""
    title = st.container()
    window = st.segmented_control(
        "Window", ["28 days", "7 days"], default="28 days", required=True, key="window", bind="query-params"
    )
    days = int(window.split()[0])
    rows = subject.rows(POWER, window_days=days)
    if not rows:
        return
    headline = power_curve.headline(rows, days)
    with title:
        st.subheader(headline, anchor=False)
        st.caption(power_curve.subtitle(rows, days, subject.name))
    draw(power_curve.chart(rows), "power_curve", headline)
    footers.footer(subject.reading, POWER, power_curve.GUIDE, power_curve.as_table(rows), "power_users")


def _banner(subject: Subject, table: str) -> None:
    problems = health.problems_of(subject.reading, table, datetime.now(UTC))
    first_day = subject.ends[0] - timedelta(days=weeks.WEEK - 1) if subject.ends else subject.last_day
    footers.banner(problems, first_day, subject.last_day)
