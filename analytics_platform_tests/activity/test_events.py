"""`activity.events` against a plain reading of its rules."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.activity import EVENTS
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import rows_of
from analytics_platform_tests.raw_rows import Row, event, instant, write_raw

BILLING = ("subscribed", "renewed", "cancelled")
GAP = timedelta(minutes=30)


def cleaned(events: Iterable[Row], zone: str = "UTC") -> list[Row]:
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        window = write_raw(lake, events=events, zone=zone)
        return rows_of(lake, EVENTS, window)


def sessions_of(rows: list[Row]) -> dict[int, int | None]:
    return {row["event_id"]: row["session_id"] for row in rows}


def test_the_first_delivery_of_an_event_is_kept():
    first = event(instant(), platform="ios")
    second = {**first, "event_id": 1, "received_at": instant() + timedelta(hours=2), "platform": "web"}
    (row,) = cleaned([second, {**first, "event_id": 1}])
    assert row["platform"] == "ios"
    assert row["received_at"] == first["received_at"]


def test_equal_deliveries_leave_one_row_whatever_their_order():
    rows = [event(instant(), event_id=1, platform=platform, plan="paid") for platform in ("web", "ios")]
    assert cleaned(rows) == cleaned(rows[::-1])
    assert [row["platform"] for row in cleaned(rows)] == ["ios"]


def test_one_id_on_two_days_stays_two_events():
    rows = cleaned([event(instant(0), event_id=1), event(instant(1), event_id=1)])
    assert len(rows) == 2


def test_the_log_s_session_is_kept_and_an_unnamed_one_takes_its_first_event():
    rows = cleaned(
        [event(instant(0, "10:00"), session_id=77), event(instant(0, "12:00")), event(instant(0, "12:20"))]
    )
    assert sessions_of(rows) == {1: 77, 2: 2, 3: 2}


def test_a_pause_of_exactly_thirty_minutes_does_not_end_a_session():
    rows = cleaned([event(instant(0, clock)) for clock in ("10:00", "10:30", "11:00:01")])
    assert sessions_of(rows) == {1: 1, 2: 1, 3: 3}


def test_midnight_ends_a_session():
    rows = cleaned([event(instant(0, "23:55")), event(instant(1, "00:05"))])
    assert sessions_of(rows) == {1: 1, 2: 2}


def test_midnight_is_that_of_the_reporting_zone():
    rows = cleaned([event(instant(0, "23:55")), event(instant(1, "00:05"))], zone="America/New_York")
    assert sessions_of(rows) == {1: 1, 2: 1}


def test_billing_belongs_to_no_session_even_where_the_log_names_one():
    rows = cleaned(
        [event(instant(0, "10:00")), event(instant(0, "10:01"), event_name="subscribed", session_id=5)]
    )
    assert sessions_of(rows) == {1: 1, 2: None}


def test_an_event_is_late_from_more_than_an_hour():
    at = instant()
    delays = (timedelta(hours=1), timedelta(hours=1, microseconds=1), timedelta(minutes=-5))
    rows = cleaned(
        [
            event(at + timedelta(seconds=n), received_at=at + timedelta(seconds=n) + d)
            for n, d in enumerate(delays)
        ]
    )
    assert [row["is_late"] for row in rows] == [False, True, False]


def test_a_use_without_feature_counts_as_other_and_a_sign_up_keeps_none():
    rows = cleaned(
        [event(instant(0, "10:00"), feature=None), event(instant(0, "10:01"), event_name="signed_up")]
    )
    assert [row["feature"] for row in rows] == ["other", None]


def uses(count: int, apart: timedelta, user_id: int = 1) -> list[Row]:
    return [event(instant(0, "00:00") + n * apart, user_id) for n in range(count)]


def test_more_than_five_hundred_uses_in_a_day_are_a_bot_s():
    few, many = uses(500, timedelta(seconds=20)), uses(501, timedelta(seconds=20), user_id=2)
    assert {(row["user_id"], row["is_bot"]) for row in cleaned(few + many)} == {(1, False), (2, True)}


def test_a_hundred_uses_over_twenty_hours_are_a_bot_s():
    sleepless = uses(100, timedelta(minutes=12))
    sleeper = uses(100, timedelta(minutes=11), user_id=2)
    light = uses(99, timedelta(minutes=14), user_id=3)
    rows = cleaned(sleepless + sleeper + light)
    assert {(row["user_id"], row["is_bot"]) for row in rows} == {(1, True), (2, False), (3, False)}


def test_a_bot_is_one_for_its_day_and_all_its_events_of_it():
    rows = cleaned(
        [*uses(501, timedelta(seconds=20)), event(instant(0, "20:00"), event_name="rated"), event(instant(1))]
    )
    assert [row["is_bot"] for row in rows] == [True] * 502 + [False]


def test_repeated_deliveries_do_not_make_a_bot():
    rows = uses(300, timedelta(seconds=20))
    again = [{**row, "event_id": n, "received_at": instant(1)} for n, row in enumerate(rows, start=1)]
    assert not any(row["is_bot"] for row in cleaned([*rows, *again]))


def reference(deliveries: list[Row]) -> dict[tuple[object, int], tuple[int | None, bool]]:
    """(day, event) → session and lateness, by the rules in plain Python."""
    first: dict[tuple[object, int], Row] = {}
    for row in sorted(deliveries, key=lambda row: row["received_at"]):
        first.setdefault((row["event_time"].date(), row["event_id"]), row)
    result: dict[tuple[object, int], tuple[int | None, bool]] = {}
    by_person = sorted(
        first.items(), key=lambda item: (item[1]["user_id"], item[1]["event_time"], item[1]["event_id"])
    )
    for _, group in groupby(by_person, key=lambda item: (item[1]["user_id"], item[0][0])):
        previous, session = None, None
        for key, row in group:
            late = row["received_at"] - row["event_time"] > timedelta(hours=1)
            if row["event_name"] in BILLING:
                result[key] = (None, late)
            elif row["session_id"] is not None:
                result[key] = (row["session_id"], late)
            else:
                if previous is None or row["event_time"] - previous > GAP:
                    session = row["event_id"]
                previous = row["event_time"]
                result[key] = (session, late)
    return result


DELIVERIES = st.lists(
    st.builds(
        lambda event_id, delay, minutes, user_id, name, session_id: event(
            instant(0, "22:00") + timedelta(minutes=minutes),
            user_id,
            name,
            event_id=event_id,
            session_id=session_id,
            received_at=instant(0, "22:00") + timedelta(minutes=minutes + delay, seconds=event_id),
        ),
        event_id=st.integers(1, 40),
        delay=st.sampled_from((0, 59, 60, 61, 600)),
        minutes=st.integers(0, 24).map(lambda n: 10 * n),
        user_id=st.integers(1, 2),
        name=st.sampled_from(("feature_used", "feature_used", "rated", "subscribed")),
        session_id=st.sampled_from((None, None, 900, 901)),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: (row["event_id"], row["event_time"].date(), row["received_at"]),
)


@settings(max_examples=40, deadline=None)
@given(DELIVERIES)
def test_sessions_and_lateness_equal_the_plain_reading(deliveries: list[Row]):
    rows = cleaned(deliveries)
    found = {(row["event_date"], row["event_id"]): (row["session_id"], row["is_late"]) for row in rows}
    assert found == reference(deliveries)
    assert len(rows) == len(found)
