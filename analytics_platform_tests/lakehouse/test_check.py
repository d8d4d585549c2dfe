"""Checks: claims read from files, and the rows that break them."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake, Model, load_checks, uniqueness
from analytics_platform_tests.lakehouse.small_tables import SCHEMA, TABLE, rows, window

POSITIVE = f"""\
-- No score lies
-- below zero.
-- table: {TABLE}
-- severity: warn
-- blocking: yes
SELECT event_date, score FROM {TABLE} WHERE event_date BETWEEN $first_day AND $last_day AND score < 0
"""


@pytest.fixture
def engine(lake: Lake) -> DuckDBEngine:
    lake.replace_days(TABLE, window(1, 3), [rows(1, 10, -1), rows(2, 20), rows(3, -3)], SCHEMA)
    return DuckDBEngine(lake)


def saved(tmp_path: Path, text: str, name: str = "positive") -> Path:
    path = tmp_path / f"{name}.sql"
    path.write_text(text)
    return path


def test_claim_table_severity_and_blocking_are_read_from_the_comments(tmp_path: Path):
    check = Check.load(saved(tmp_path, POSITIVE))

    assert (check.name, check.table) == ("positive", TABLE)
    assert check.description == "No score lies below zero."
    assert (check.severity, check.is_blocking) == ("warn", True)


def test_a_check_is_a_non_blocking_error_unless_it_says_otherwise(tmp_path: Path):
    check = Check.load(saved(tmp_path, f"-- A claim.\n-- table: {TABLE}\nSELECT 1 AS x"))

    assert (check.severity, check.is_blocking) == ("error", False)


@pytest.mark.parametrize(
    "text", ["SELECT 1 AS x", "-- A claim.\nSELECT 1 AS x", "-- table: a.b\nSELECT 1 AS x"]
)
def test_a_file_without_claim_or_table_is_refused(tmp_path: Path, text: str):
    with pytest.raises(AnalyticsError, match="state the claim and its `table:`"):
        Check.load(saved(tmp_path, text))


def test_a_broken_claim_shows_its_rows_and_days(tmp_path: Path, engine: DuckDBEngine):
    finding = Check.load(saved(tmp_path, POSITIVE)).run(engine, window(1, 3))

    assert not finding.passed
    assert finding.days == ["2025-01-01", "2025-01-03"]
    assert {row["score"] for row in finding.examples()} == {-1.0, -3.0}


def test_a_check_looks_only_at_the_window_that_it_binds(tmp_path: Path, engine: DuckDBEngine):
    assert Check.load(saved(tmp_path, POSITIVE)).run(engine, window(2)).passed


def test_a_check_without_bounds_looks_at_the_whole_table(tmp_path: Path, engine: DuckDBEngine):
    text = f"-- A claim.\n-- table: {TABLE}\nSELECT score FROM {TABLE} WHERE score < 0"

    finding = Check.load(saved(tmp_path, text)).run(engine, window(2))

    assert finding.offending.num_rows == 2
    assert finding.days == []


def test_examples_are_few(engine: DuckDBEngine, lake: Lake):
    lake.replace_days(TABLE, window(1), [rows(1, *[-1.0] * 50)], SCHEMA)
    check = Check("positive", TABLE, "A claim.", f"SELECT score FROM {TABLE} WHERE score < 0")

    finding = check.run(engine, window(1))

    assert finding.offending.num_rows == 51
    assert len(finding.examples()) == 20


def test_checks_of_a_folder_are_loaded_in_order(tmp_path: Path):
    saved(tmp_path, POSITIVE, "b")
    saved(tmp_path, POSITIVE, "a")

    assert [check.name for check in load_checks(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("sql", "copies"),
    [
        (f"SELECT * FROM {TABLE} WHERE event_date BETWEEN $first_day AND $last_day", [2]),
        (f"SELECT * FROM {TABLE}", [3, 2]),
    ],
    ids=["daily: within the window", "whole: everywhere"],
)
def test_uniqueness_finds_two_rows_with_one_key(engine: DuckDBEngine, sql: str, copies: list[int]):
    engine.lake.replace_days(
        TABLE, window(1, 2), [rows(1, 10), rows(1, 11), rows(2, 20), rows(2, 21), rows(2, 22)], SCHEMA
    )
    model = Model(TABLE, sql, "A row.", ("event_date", "user_id"))

    finding = uniqueness(model).run(engine, window(1))

    assert sorted(finding.offending["copies"].to_pylist(), reverse=True) == copies
    assert uniqueness(model).is_blocking
