"""Each check of the activity tables is quiet on a clean log and finds the fault planted for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.activity import CHECKS
from analytics_platform.lakehouse import Check, DuckDBEngine, Finding, Lake, Window
from analytics_platform.workspace import VIEWS
from analytics_platform_tests.derived_rows import build, change, day, days
from analytics_platform_tests.raw_rows import FIRST_DAY, Row, event, instant, write_raw
from analytics_platform_tests.small_log import BOT, BOT_DAY, UNKNOWN

BY_NAME = {(check.table, check.name): check for check in CHECKS}
WHOLE = days(0, 44)
DAY = day(20)
Edit = Callable[[pl.DataFrame], pl.DataFrame]


def run(lake: Lake, table: str, name: str, window: Window = WHOLE) -> Finding:
    return BY_NAME[table, name].run(DuckDBEngine(lake, VIEWS), window)


def _first_of_day(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("event_date") == DAY).head(1)


def _repeat(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, _first_of_day(rows)])


def _lose(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.join(_first_of_day(rows), on=rows.columns, how="anti", nulls_equal=True)


def _raise(column: str) -> Edit:
    return lambda rows: pl.concat([_lose(rows), _first_of_day(rows).with_columns(pl.col(column) + 1)])


def _on_day(expression: pl.Expr) -> Edit:
    column = expression.meta.output_name()
    is_day = pl.col("event_date") == DAY
    return lambda rows: rows.with_columns(pl.when(is_day).then(expression).otherwise(column).alias(column))


def _without_day(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("event_date") != DAY)


def _redeliver_tenth(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows.filter(pl.col("event_date") == DAY).gather_every(10)])


PLANTED = [
    ("activity.events", "unique_key", "activity.events", _repeat),
    ("activity.events", "events_match_raw", "activity.events", _lose),
    ("activity.events", "events_match_raw", "raw.events", _without_day),
    ("activity.events", "interactions_exist", "raw.interactions", _without_day),
    ("activity.events", "few_late_events", "activity.events", _on_day(pl.lit(value=True).alias("is_late"))),
    ("activity.events", "no_new_bots", "activity.events", _on_day(pl.lit(value=True).alias("is_bot"))),
    ("activity.events", "no_repeated_deliveries", "raw.events", _redeliver_tenth),
    ("activity.sessions", "unique_key", "activity.sessions", _repeat),
    ("activity.sessions", "sessions_match_events", "activity.sessions", _lose),
    ("activity.sessions", "sessions_match_events", "activity.sessions", _raise("events")),
    ("activity.sessions", "sessions_match_events", "activity.sessions", _raise("engagement_seconds")),
    ("activity.sessions", "sessions_match_events", "activity.sessions", _raise("rating_sum")),
    ("activity.sessions", "sessions_match_events", "activity.events", _without_day),
    ("activity.user_days", "unique_key", "activity.user_days", _repeat),
    ("activity.user_days", "user_days_match_sessions", "activity.user_days", _raise("sessions")),
    ("activity.user_days", "user_days_match_sessions", "activity.user_days", _raise("engagement_seconds")),
    ("activity.user_days", "user_days_match_sessions", "activity.user_days", _without_day),
    ("activity.user_days", "user_days_match_events", "activity.user_days", _raise("quiz_uses")),
    ("activity.user_days", "user_days_match_events", "activity.user_days", _raise("conversions")),
    ("activity.user_days", "sessions_have_user_days", "activity.user_days", _without_day),
    (
        "activity.user_days",
        "sessions_have_user_days",
        "activity.user_days",
        _on_day(pl.lit(value=False).alias("is_active")),
    ),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_a_clean_log(clean_lake: Lake, check: Check):
    assert check.run(DuckDBEngine(clean_lake, VIEWS), WHOLE).examples() == []


@pytest.mark.parametrize(("table", "name", "planted_in", "edit"), PLANTED)
def test_a_planted_fault_is_found_on_its_day(
    clean_lake: Lake, table: str, name: str, planted_in: str, edit: Edit
):
    change(clean_lake, planted_in, edit)
    finding = run(clean_lake, table, name)
    assert not finding.passed
    assert finding.days == [str(DAY)]


@pytest.mark.parametrize(("table", "name", "planted_in", "edit"), PLANTED)
def test_a_fault_outside_the_window_is_not_looked_for(
    clean_lake: Lake, table: str, name: str, planted_in: str, edit: Edit
):
    change(clean_lake, planted_in, edit)
    assert run(clean_lake, table, name, days(21, 44)).passed


def test_every_check_has_a_planted_fault():
    elsewhere = {"unique_key", "users_are_known", "users_match_user_days", "no_silent_hours", "usual_volume"}
    assert {check.name for check in CHECKS} == {name for _, name, _, _ in PLANTED} | elsewhere


def test_a_repeated_user_is_found(clean_lake: Lake):
    change(clean_lake, "activity.users", lambda rows: pl.concat([rows, rows.head(1)]))
    assert run(clean_lake, "activity.users", "unique_key").offending.num_rows == 1


def test_users_that_do_not_add_up_are_found(clean_lake: Lake):
    change(
        clean_lake,
        "activity.users",
        lambda rows: rows.with_columns(pl.col("active_days") + (pl.col("user_id") == 7)),
    )
    (row,) = run(clean_lake, "activity.users", "users_match_user_days").examples()
    assert (row["user_id"], row["excess_active_days"]) == (7, 1)


def test_the_bot_and_the_unknown_user_of_the_log_are_found(built_lake: Lake):
    (bot,) = run(built_lake, "activity.events", "no_new_bots").examples()
    assert (bot["event_date"], bot["user_id"]) == (day(BOT_DAY), BOT)
    unknown = run(built_lake, "activity.user_days", "users_are_known").examples()
    assert {row["example_user_id"] for row in unknown} == {UNKNOWN}


def test_a_log_without_interactions_names_none_missing(clean_lake: Lake):
    change(clean_lake, "raw.interactions", lambda rows: rows.clear())
    assert run(clean_lake, "activity.events", "interactions_exist").passed


def steady(
    hours: range, last: int, per_hour: int = 25, start: date = FIRST_DAY, zone: str = "UTC"
) -> Iterator[Row]:
    """So many events an hour on two platforms, by the clock of a zone, each by another user."""
    for offset in range(last + 1):
        for hour in hours:
            at = datetime.combine(start, datetime.min.time(), ZoneInfo(zone)) + timedelta(
                days=offset, hours=hour
            )
            for number in range(per_hour):
                for platform in ("ios", "web"):
                    yield event((at + timedelta(minutes=number)).astimezone(UTC), number, platform=platform)


def watched(
    path: Path, rows: Iterator[Row] | list[Row], name: str, zone: str = "UTC", window: Window | None = None
) -> list[Row]:
    lake = Lake(path)
    everything = write_raw(lake, events=rows, zone=zone)
    build(lake, everything, "activity.events")
    return [dict(row) for row in run(lake, "activity.events", name, window or everything).examples()]


def _is_lost(row: Row) -> bool:
    return instant(30, "12:00") <= row["event_time"] < instant(30, "13:00") and row["platform"] == "ios"


@pytest.mark.parametrize("window", [None, days(30, 30), days(24, 31)])
def test_an_hour_lost_on_one_platform_is_found(tmp_path: Path, window: Window | None):
    rows = [row for row in steady(range(8, 20), 32) if not _is_lost(row)]
    (silence,) = watched(tmp_path, rows, "no_silent_hours", window=window)
    assert (silence["event_date"], silence["hour"], silence["platform"]) == (
        day(30),
        instant(30, "12:00"),
        "ios",
    )
    assert silence["users"] == 0
    assert silence["expected_users"] == pytest.approx(25, rel=0.1)


def test_a_few_stray_clocks_do_not_hide_a_lost_hour(tmp_path: Path):
    rows = [row for row in steady(range(8, 20), 32) if not _is_lost(row) or row["user_id"] < 2]
    (silence,) = watched(tmp_path, rows, "no_silent_hours")
    assert silence["users"] == 2


def test_an_hour_that_one_busy_person_made_is_no_silence(tmp_path: Path):
    busy = [
        event(instant(n, "22:00") + timedelta(minutes=m), 1, platform="ios")
        for n in range(30)
        for m in range(50)
    ]
    assert watched(tmp_path, [*steady(range(8, 20), 32), *busy], "no_silent_hours") == []


def test_hours_that_are_always_quiet_or_thin_are_no_silence(tmp_path: Path):
    rows = [row for row in steady(range(8, 20), 32, per_hour=12) if not _is_lost(row)]
    assert watched(tmp_path, rows, "no_silent_hours") == []


def test_two_weeks_of_history_are_needed_to_miss_an_hour(tmp_path: Path):
    rows = [
        row
        for row in steady(range(8, 20), 13)
        if row["event_time"].date() != day(12) or row["event_time"].hour != 12
    ]
    assert watched(tmp_path, rows, "no_silent_hours") == []


SILENCES = {
    "a platform's day": (lambda row: row["platform"] == "ios", {("ios", hour) for hour in range(8, 20)}),
    "everybody's evening": (
        lambda row: row["event_time"].hour >= 14,
        {(platform, hour) for platform in ("ios", "web") for hour in range(14, 19)},
    ),
    "everybody's day": (
        lambda _: True,
        {(platform, hour) for platform in ("ios", "web") for hour in range(9, 19)},
    ),
}


@pytest.mark.parametrize(("is_lost", "silent"), SILENCES.values(), ids=SILENCES)
@pytest.mark.parametrize("window", [None, days(30, 30)])
def test_a_long_silence_is_found(
    tmp_path: Path, is_lost: Callable[[Row], bool], silent: set[tuple[str, int]], window: Window | None
):
    rows = [
        row for row in steady(range(8, 20), 32) if row["event_time"].date() != day(30) or not is_lost(row)
    ]
    lake = Lake(tmp_path)
    build(lake, write_raw(lake, events=rows), "activity.events")
    found = run(lake, "activity.events", "no_silent_hours", window or days(0, 32)).offending.to_pylist()
    assert {(row["platform"], row["hour"].hour) for row in found} == silent
    assert {row["event_date"] for row in found} == {day(30)}
    assert {row["users"] for row in found} == {0}


@pytest.mark.parametrize("end", ["13:00", "13:01", "13:30"])
def test_a_log_that_ends_within_a_day_is_no_silence(tmp_path: Path, end: str):
    rows = [row for row in steady(range(8, 20), 32) if row["event_time"] < instant(32, end)]
    assert watched(tmp_path, rows, "no_silent_hours") == []


@pytest.mark.parametrize("per_hour", [1, 3])
def test_a_day_off_is_no_silence(tmp_path: Path, per_hour: int):
    rows = [
        row
        for row in steady(range(8, 20), 32)
        if row["event_time"].date() != day(30)
        or (row["user_id"] < per_hour and (per_hour > 1 or row["event_time"].hour % 2 == 0))
    ]
    assert watched(tmp_path, rows, "no_silent_hours") == []


@pytest.mark.parametrize("hours", [range(24), range(8, 20)])
def test_a_change_of_clocks_is_no_silence(tmp_path: Path, hours: range):
    rows = steady(hours, 31, start=date(2026, 3, 2), zone="Europe/London")
    assert watched(tmp_path, rows, "no_silent_hours", "Europe/London") == []


def test_a_day_far_from_its_weekday_s_volume_is_found(tmp_path: Path):
    rows = [row for row in steady(range(8, 12), 32) if row["event_time"].date() != day(29)]
    rows += [row for row in steady(range(8, 20), 32, per_hour=30) if row["event_time"].date() == day(31)]
    found = {
        (row["event_date"], row["platform"], row["events"]) for row in watched(tmp_path, rows, "usual_volume")
    }
    assert found == {(day(29), "ios", 0), (day(29), "web", 0), (day(31), "ios", 460), (day(31), "web", 460)}


def test_quiet_weekends_are_usual(tmp_path: Path):
    rows = [
        row
        for row in steady(range(8, 20), 32)
        if row["event_time"].weekday() < 5 or row["event_time"].minute < 5
    ]
    assert watched(tmp_path, rows, "usual_volume") == []
