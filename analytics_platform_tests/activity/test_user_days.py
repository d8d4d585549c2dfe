"""`activity.user_days` against a plain summing of `activity.events` and `raw.users`."""

from collections import Counter, defaultdict
from pathlib import Path

from analytics_platform.activity import USER_DAYS
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.derived_rows import USER_DAYS_SCHEMA, build, days, rows_of
from analytics_platform_tests.raw_rows import Row, event, instant, user, write_raw

BILLING = ("subscribed", "renewed", "cancelled")
FEATURES = ("summarize", "quiz", "explain", "flashcards", "chat", "other")
MONEY = {
    "paywall_views": "paywall_viewed",
    "trial_starts": "trial_started",
    "conversions": "subscribed",
    "renewals": "renewed",
    "cancellations": "cancelled",
}


def reference(events: list[Row], users: list[Row]) -> list[Row]:
    """User-days by the rules in plain Python, in key order."""
    people = {row["user_id"]: row for row in users}
    grouped: dict[tuple[object, int], list[Row]] = defaultdict(list)
    for row in sorted(events, key=lambda row: (row["event_time"], row["event_id"])):
        if not row["is_bot"]:
            grouped[row["event_date"], row["user_id"]].append(row)
    return [_user_day(key, grouped[key], people.get(key[1], {})) for key in sorted(grouped, key=repr)]


def _user_day(key: tuple[object, int], rows: list[Row], person: Row) -> Row:
    active = [row for row in rows if row["event_name"] not in BILLING]
    names = Counter(row["event_name"] for row in rows)
    uses = Counter(row["feature"] for row in rows if row["event_name"] == "feature_used")
    stars = [row["llm_rating"] for row in active if row["llm_rating"] is not None]
    platforms = Counter(row["platform"] for row in rows)
    return {
        "user_id": key[1],
        "role": person.get("role", "student"),
        "country": person.get("country", "ZZ"),
        "platform": min(platforms, key=lambda name: (-platforms[name], name)),
        "plan": rows[-1]["plan"],
        "classroom_id": person.get("classroom_id"),
        "acquisition_channel": person.get("acquisition_channel"),
        "is_active": bool(active),
        "sessions": len({row["session_id"] for row in active}),
        "events": uses.total(),
        "engagement_seconds": sum((row["engagement_seconds"] or 0 for row in active), start=0.0),
        **{f"{name}_uses": uses[name] for name in FEATURES},
        "ratings": len(stars),
        "rating_sum": sum(stars),
        "ratings_4_plus": sum(star >= 4 for star in stars),
        **{column: names[name] for column, name in MONEY.items()},
        "event_date": key[0],
    }


def test_every_user_day_of_the_small_log_equals_the_plain_sum(built_lake: Lake):
    events = built_lake.scan("activity.events").collect().to_dicts()
    users = built_lake.scan("raw.users").collect().to_dicts()
    stored = built_lake.scan("activity.user_days").collect().to_dicts()
    found = sorted(stored, key=lambda row: repr((row["event_date"], row["user_id"])))
    assert len(found) > 600
    assert [{name: row[name] for name in USER_DAYS.columns} for row in found] == reference(events, users)


def user_days_from(path: Path, window: Window | None = None, **raw: list[Row]) -> list[Row]:
    lake = Lake(path)
    written = write_raw(lake, **raw)  # pyright: ignore[reportArgumentType]
    build(lake, window or written, "activity.events", "activity.sessions")
    return rows_of(lake, USER_DAYS, window or written)


def test_a_day_of_billing_alone_has_a_row_that_is_not_active(tmp_path: Path):
    (row,) = user_days_from(tmp_path, events=[event(instant(), event_name="renewed", plan="paid")])
    assert (row["is_active"], row["renewals"], row["plan"], row["sessions"]) == (False, 1, "paid", 0)


def test_the_plan_is_that_of_the_day_s_last_event(tmp_path: Path):
    clocks = {"21:00": "free", "09:00": "trial", "20:00": "paid"}
    events = [event(instant(0, clock), plan=plan) for clock, plan in clocks.items()]
    assert [row["plan"] for row in user_days_from(tmp_path, events=events)] == ["free"]


def test_plans_at_one_instant_follow_the_order_of_their_ids(tmp_path: Path):
    events = [event(instant(), plan=plan, event_id=n) for n, plan in ((2, "trial"), (1, "paid"))]
    assert [row["plan"] for row in user_days_from(tmp_path, events=events)] == ["trial"]


def test_people_are_described_as_they_are_known_on_the_day(tmp_path: Path):
    events = [event(instant(0)), event(instant(1)), event(instant(2))]
    known = [user(1, instant(1), role="teacher", country="FR")]
    rows = user_days_from(tmp_path, events=events, users=known)
    assert [(row["role"], row["country"]) for row in rows] == [
        ("student", "ZZ"),
        ("teacher", "FR"),
        ("teacher", "FR"),
    ]


def test_a_rating_on_a_billing_event_counts_nowhere(tmp_path: Path):
    events = [
        event(instant()),
        event(instant(), event_name="cancelled", llm_rating=5, engagement_seconds=9.0),
    ]
    (row,) = user_days_from(tmp_path, events=events)
    assert (row["ratings"], row["rating_sum"], row["ratings_4_plus"], row["engagement_seconds"]) == (
        0,
        0,
        0,
        60.0,
    )


def test_days_without_events_have_no_rows(tmp_path: Path):
    rows = user_days_from(tmp_path, days(0, 5), events=[event(instant(2))])
    assert len(rows) == 1


def test_the_stored_columns_are_those_that_tests_write(built_lake: Lake):
    stored = built_lake.snapshot(["activity.user_days"]).tables["activity.user_days"].schema
    assert {field.name: field.type for field in stored} == {
        field.name: field.type for field in USER_DAYS_SCHEMA
    }
