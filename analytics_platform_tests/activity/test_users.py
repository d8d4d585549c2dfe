"""`activity.users` against a plain reading of each person's days."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.activity import USERS
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import billing_day, day, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row, instant, user, write_raw


def users_of(rows: list[Row], known: list[Row] | None = None) -> dict[int, Row]:
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        write_raw(lake, users=known or [])
        write_user_days(lake, rows)
        return {row["user_id"]: row for row in DuckDBEngine(lake).query(USERS.sql).to_pylist()}


def state_after(*offsets: int, today: int = 60) -> str | None:
    """State on day `today` of a person active on the given days; another person is active today."""
    return users_of([*(user_day(1, offset) for offset in offsets), user_day(2, today)])[1]["state"]


def test_states_are_those_of_the_growth_model():
    assert state_after(60) == "new"
    assert state_after(10, 54, 60) == "current"
    assert state_after(10, 53, 60) == "reactivated"
    assert state_after(10, 33, 60) == "reactivated"
    assert state_after(10, 32, 60) == "resurrected"
    assert state_after(10, 59) == "at_risk_wau"
    assert state_after(10, 54) == "at_risk_wau"
    assert state_after(10, 53) == "at_risk_mau"
    assert state_after(10, 33) == "at_risk_mau"
    assert state_after(10, 32) == "dormant"


def test_retention_is_null_until_its_day_has_come():
    people = users_of([user_day(1, 0), user_day(1, 7), user_day(2, 1), user_day(3, 0)])
    assert people[1]["retained_7d"] is True
    assert people[2]["retained_7d"] is None
    assert people[3]["retained_7d"] is False
    assert {person["retained_30d"] for person in people.values()} == {None}
    older = users_of([user_day(1, 0), user_day(1, 30), user_day(2, 0), user_day(3, 1)])
    assert [older[n]["retained_30d"] for n in (1, 2, 3)] == [True, False, None]


def test_a_billing_day_retains_nobody_and_begins_nothing():
    people = users_of([billing_day(1, 0), billing_day(2, 7), user_day(2, 0), user_day(3, 9)])
    assert (people[1]["first_seen_date"], people[1]["state"], people[1]["active_days"]) == (None, None, 0)
    assert people[2]["retained_7d"] is False
    assert people[2]["last_seen_date"] == day(0)


def test_attributes_come_from_the_log_of_users_where_it_knows_them():
    known = [user(1, instant(0), role="teacher", country="GB", platform="android", school_id=4)]
    rows = [
        user_day(1, 0, platform="ios"),
        user_day(2, 0, platform="ios"),
        user_day(2, 1, platform="web", plan="paid"),
    ]
    people = users_of(rows, known)
    assert [people[1][name] for name in ("role", "country", "platform", "school_id")] == [
        "teacher",
        "GB",
        "android",
        4,
    ]
    assert [people[2][name] for name in ("role", "country", "platform", "plan")] == [
        "student",
        "ZZ",
        "ios",
        "paid",
    ]
    assert people[2]["signed_up_at"] is None


def test_a_cohort_week_begins_on_monday():
    people = users_of([user_day(1, 0), user_day(2, 6), user_day(3, 7)])
    assert [people[n]["cohort_week"] for n in (1, 2, 3)] == [day(0), day(0), day(7)]


HISTORY = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 70), st.booleans()),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=30, deadline=None)
@given(HISTORY)
def test_every_person_equals_the_plain_reading(history: list[tuple[int, int, bool]]):
    rows = [
        user_day(u, d, sessions=d % 3 + 1) if is_active else billing_day(u, d) for u, d, is_active in history
    ]
    today = max(offset for _, offset, _ in history)
    people = users_of(rows)
    assert people.keys() == {user_id for user_id, _, _ in history}
    for user_id, person in people.items():
        active = sorted(offset for u, offset, is_active in history if u == user_id and is_active)
        assert person["active_days"] == len(active)
        assert person["sessions"] == sum(offset % 3 + 1 for offset in active)
        if active:
            assert (person["first_seen_date"], person["last_seen_date"]) == (day(active[0]), day(active[-1]))
            for age in (7, 30):
                expected = active[0] + age in active if active[0] + age <= today else None
                assert person[f"retained_{age}d"] is expected


@settings(max_examples=30, deadline=None)
@given(HISTORY)
def test_states_add_up_to_daily_weekly_and_monthly_users(history: list[tuple[int, int, bool]]):
    rows = [user_day(u, d) if is_active else billing_day(u, d) for u, d, is_active in history]
    today = day(max(offset for _, offset, _ in history))
    states = [person["state"] for person in users_of(rows).values()]

    def active_within(window: int) -> int:
        return len(
            {
                r["user_id"]
                for r in rows
                if r["is_active"] and r["event_date"] > today - timedelta(days=window)
            }
        )

    daily = [state for state in states if state in ("new", "current", "reactivated", "resurrected")]
    assert len(daily) == active_within(1)
    assert len(daily) + states.count("at_risk_wau") == active_within(7)
    assert len(daily) + states.count("at_risk_wau") + states.count("at_risk_mau") == active_within(28)
