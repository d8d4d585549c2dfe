"""The lake: names, presence, time travel, and clear sentences when a table cannot be read."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.lakehouse.small_tables import SCHEMA, TABLE, day, rows, scores, window, write


def test_a_table_lies_below_its_schema(lake: Lake):
    assert lake.path("activity.sessions") == lake.root / "activity" / "sessions"


@pytest.mark.parametrize("name", ["sessions", ".sessions", "activity."])
def test_a_name_without_schema_and_table_is_refused(lake: Lake, name: str):
    with pytest.raises(AnalyticsError, match=r"write schema\.table"):
        lake.path(name)


def test_tables_are_listed_by_name(lake: Lake):
    write(lake, 1, 10)
    lake.replace("another.table", [rows(1, 10)], SCHEMA)

    assert lake.tables() == ["another.table", TABLE]


def test_an_empty_lake_has_no_tables_and_no_days(tmp_path: Path):
    nowhere = Lake(tmp_path / "nowhere")

    assert nowhere.tables() == []
    assert nowhere.days(TABLE) == []
    assert not nowhere.exists(TABLE)


def test_days_are_those_that_hold_rows(lake: Lake):
    lake.replace_days(TABLE, window(1, 5), [rows(2, 20), rows(4, 40)], SCHEMA)

    assert lake.days(TABLE) == [day(2), day(4)]


def test_a_missing_table_names_the_command_that_makes_it(lake: Lake):
    with pytest.raises(AnalyticsError, match=r"activity\.sessions is not in .*analytics-platform run"):
        lake.open("activity.sessions")


def test_an_unreadable_log_is_one_sentence(lake: Lake):
    write(lake, 1, 10)
    for entry in (lake.path(TABLE) / "_delta_log").glob("*.json"):
        entry.write_text("not a log")

    with pytest.raises(AnalyticsError, match=r"Table test\.scores cannot be read"):
        lake.open(TABLE)


def test_an_older_version_can_be_read_by_number_and_by_instant(lake: Lake):
    write(lake, 1, 10)
    first_version = lake.open(TABLE).version()
    time.sleep(0.01)
    between = datetime.now(UTC)
    time.sleep(0.01)
    write(lake, 1, 11)

    for moment in (first_version, between):
        old = lake.snapshot([TABLE], moment).scan(TABLE).collect()
        assert old["score"].to_list() == [10]
    assert scores(lake) == [(1, 11)]


def test_a_version_that_never_was_is_refused_with_the_newest(lake: Lake):
    write(lake, 1, 10)

    with pytest.raises(AnalyticsError, match=r"has no version 9: the newest is 1\."):
        lake.open(TABLE, 9)


def test_a_moment_before_the_table_is_refused(lake: Lake):
    write(lake, 1, 10)

    with pytest.raises(AnalyticsError, match="was not there at 2020-01-01"):
        lake.open(TABLE, datetime(2020, 1, 1, tzinfo=UTC))


def test_rows_given_piece_by_piece_become_one_commit(lake: Lake):
    write(lake, 1, 10)
    version = lake.open(TABLE).version()

    with lake.writing(TABLE, window(1, 2), SCHEMA) as writer:
        for piece in (rows(1, 11), rows(1, 12), rows(2, 21)):
            writer.add(piece)
        assert scores(lake) == [(1, 10)]

    assert writer.rows == 3
    assert scores(lake) == [(1, 11), (1, 12), (2, 21)]
    assert lake.open(TABLE).version() == version + 1
