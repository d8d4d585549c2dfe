"""`activity.sessions` against a plain summing of `activity.events`."""

from collections import Counter, defaultdict
from pathlib import Path

from analytics_platform.activity import SESSIONS
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import build, rows_of
from analytics_platform_tests.raw_rows import Row, event, instant, write_raw

BILLING = ("subscribed", "renewed", "cancelled")


def most_common(values: list[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))


def reference(events: list[Row]) -> list[Row]:
    """Sessions by the rules in plain Python, in key order."""
    grouped: dict[tuple[object, int, int], list[Row]] = defaultdict(list)
    for row in sorted(events, key=lambda row: (row["event_time"], row["event_id"])):
        if not row["is_bot"] and row["event_name"] not in BILLING:
            grouped[row["event_date"], row["user_id"], row["session_id"]].append(row)
    return [_session(key, grouped[key]) for key in sorted(grouped, key=repr)]


def _session(key: tuple[object, int, int], rows: list[Row]) -> Row:
    uses = [row for row in rows if row["event_name"] == "feature_used"]
    stars = [row["llm_rating"] for row in rows if row["llm_rating"] is not None]
    started_at, ended_at = rows[0]["event_time"], rows[-1]["event_time"]
    elapsed = ended_at.replace(microsecond=0) - started_at.replace(microsecond=0)
    return {
        "user_id": key[1],
        "session_id": key[2],
        "started_at": started_at,
        "ended_at": ended_at,
        "duration_seconds": int(elapsed.total_seconds()),
        "events": len(uses),
        "engagement_seconds": sum((row["engagement_seconds"] or 0 for row in rows), start=0.0),
        "features": len({row["feature"] for row in uses}),
        "ratings": len(stars),
        "rating_sum": sum(stars),
        "platform": most_common([row["platform"] for row in rows]),
        "entry_feature": uses[0]["feature"] if uses else None,
        "exit_feature": uses[-1]["feature"] if uses else None,
        "event_date": key[0],
    }


def test_every_session_of_the_small_log_equals_the_plain_sum(built_lake: Lake):
    events = built_lake.scan("activity.events").collect().to_dicts()
    sessions = built_lake.scan("activity.sessions").collect().to_dicts()
    found = sorted(sessions, key=lambda row: repr((row["event_date"], row["user_id"], row["session_id"])))
    assert len(found) > 1_000
    assert [{name: row[name] for name in SESSIONS.columns} for row in found] == reference(events)


def sessions_from(path: Path, events: list[Row]) -> list[Row]:
    lake = Lake(path)
    window = write_raw(lake, events=events)
    build(lake, window, "activity.events")
    return rows_of(lake, SESSIONS, window)


def test_features_at_one_instant_follow_the_order_of_their_ids(tmp_path: Path):
    rows = [
        event(instant(), feature=name, event_id=n) for n, name in ((3, "chat"), (1, "quiz"), (2, "explain"))
    ]
    (session,) = sessions_from(tmp_path, rows)
    assert (session["entry_feature"], session["exit_feature"], session["features"]) == ("quiz", "chat", 3)


def test_a_tie_of_platforms_is_settled_by_the_alphabet(tmp_path: Path):
    (session,) = sessions_from(
        tmp_path, [event(instant(0, f"12:0{n}"), platform=p) for n, p in enumerate(("web", "ios"))]
    )
    assert session["platform"] == "ios"


def test_a_session_without_feature_use_has_no_features(tmp_path: Path):
    (session,) = sessions_from(tmp_path, [event(instant(), event_name="paywall_viewed")])
    assert (session["events"], session["features"], session["entry_feature"]) == (0, 0, None)
    assert session["engagement_seconds"] == 0


def test_one_session_id_of_two_people_is_two_sessions(tmp_path: Path):
    rows = sessions_from(tmp_path, [event(instant(), user, session_id=9) for user in (1, 2)])
    assert [(row["user_id"], row["session_id"]) for row in rows] == [(1, 9), (2, 9)]


def test_a_bot_has_no_sessions(built_lake: Lake):
    bots = (
        built_lake.scan("activity.events").collect().filter("is_bot").select("event_date", "user_id").unique()
    )
    sessions = built_lake.scan("activity.sessions").collect()
    assert len(bots) == 1
    assert sessions.join(bots, on=["event_date", "user_id"]).is_empty()
