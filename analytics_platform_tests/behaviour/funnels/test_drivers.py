"""What goes with going on: planted differences are found, chance is left, and nothing is known too early."""

import random
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels import CHECKS, DRIVERS, driver_table, funnel_tables
from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.behaviour.funnel_lake import FIRST, USERS, event, write
from analytics_platform_tests.derived_rows import user_day, write_user_days
from analytics_platform_tests.raw_rows import Row

FUNNEL = Funnel.model_validate(
    {
        "id": "study",
        "title": "Study",
        "steps": [{"name": "Read", "feature": "summarize"}, {"name": "Test", "feature": "quiz"}],
        "window_days": 1,
        "last_days": "whole",
    }
)
DAYS = Window(FIRST, FIRST + timedelta(days=39))
ENTRY = 30 * 86_400


def _build(lake: Lake, log: list[Row], past: list[Row]) -> pl.DataFrame:
    write(lake, log, [FUNNEL], DAYS)
    people = lake.scan("activity.users").collect()
    known = people.with_columns(first_seen_date=pl.lit(FIRST), active_days=pl.lit(1)).to_arrow()
    schema = pa.schema([*USERS, ("first_seen_date", pa.date32()), ("active_days", pa.int64())])
    lake.replace("activity.users", [known.cast(schema)], schema)
    write_user_days(lake, past)
    for table, rows in funnel_tables(lake, [FUNNEL], DAYS, ZoneInfo("UTC")).items():
        lake.replace(table, [rows], rows.schema)
    return pl.DataFrame(driver_table(DuckDBEngine(lake), [FUNNEL]))


def _world(tmp_path: Path, past_day: int) -> pl.DataFrame:
    """Teachers and users of chat go on more often; the chat lies on a day before or after the entry."""
    draw, log, past = random.Random(3), [], [user_day(1, 0, quiz_uses=0, events=0)]
    for user in range(1, 901):
        chats = draw.random() < 0.5
        log.append(event(user, ENTRY, "summarize"))
        if draw.random() < 0.2 + 0.3 * chats + 0.2 * (user % 3 == 0):
            log.append(event(user, ENTRY + 60, "quiz"))
        if chats:
            past.append(user_day(user, past_day, quiz_uses=0, chat_uses=1))
    return _build(Lake(tmp_path / "lake"), log, past)


def test_planted_differences_are_found_with_their_size_and_chance_is_left(tmp_path: Path):
    found = _world(tmp_path, past_day=20)
    told = {(row["dimension"], row["segment"]): row for row in found.to_dicts()}
    for key, size in ((("used_chat_before", "yes"), 0.3), (("role", "teacher"), 0.2)):
        assert told[key]["difference_low"] < size < told[key]["difference_high"]
        assert told[key]["is_associated"]
    assert not told["country", "FR"]["is_associated"]
    assert ("used_quiz_before", "yes") not in told
    for row in told.values():
        excludes_zero = row["difference_low"] > 0 or row["difference_high"] < 0
        assert row["is_associated"] == excludes_zero == (row["adjusted_p_value"] <= 0.05)
        assert row["users"] + row["other_users"] == 900


def test_what_came_on_the_day_of_entry_or_later_is_not_known(tmp_path: Path):
    assert "used_chat_before" not in _world(tmp_path, past_day=30)["dimension"].to_list()


def test_what_was_known_is_known_as_of_the_first_attempt_not_of_the_one_that_counts(tmp_path: Path):
    log, past = [], [user_day(1, 0, quiz_uses=0, events=0)]
    for user in range(1, 101):
        log.append(event(user, ENTRY, "summarize"))
        if user % 2:
            log += [event(user, ENTRY + 5 * 86_400, "summarize"), event(user, ENTRY + 5 * 86_400 + 9, "quiz")]
            past.append(user_day(user, 32, quiz_uses=0, chat_uses=1))
    found = _build(Lake(tmp_path / "lake"), log, past)
    assert "used_chat_before" not in found["dimension"].to_list()


def test_small_groups_are_not_compared_and_open_users_are_left_out(tmp_path: Path):
    log = [event(user, ENTRY, "summarize") for user in range(1, 21)]
    log += [event(user, 39.5 * 86_400, "summarize") for user in range(21, 80)]
    found = _build(Lake(tmp_path / "lake"), log, [user_day(1, 0)])
    row = found.filter(dimension="role").to_dicts()[0]
    assert row["users"] + row["other_users"] == 20
    assert row["difference"] is None
    assert row["reason"] == "too few: 6 users where 30 are needed"


def test_a_driver_that_stands_twice_is_found(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    rows = _build(
        lake, [event(user, ENTRY, "summarize") for user in range(1, 80)], [user_day(1, 0)]
    ).to_arrow()
    check = next(check for check in CHECKS if check.table == DRIVERS)
    for copies in (1, 2):
        table = pa.concat_tables([rows] * copies)
        lake.replace(DRIVERS, [table.cast(_plain(table.schema))], _plain(table.schema))
        assert check.run(DuckDBEngine(lake), DAYS).passed == (copies == 1)


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [
            (
                field.name,
                pa.string()
                if pa.types.is_large_string(field.type) or str(field.type) == "string_view"
                else field.type,
            )
            for field in schema
        ]
    )
