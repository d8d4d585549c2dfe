"""`sql` and `export` over a lake of two small tables."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.lakehouse.small_tables import SCHEMA, TABLE, rows, window, write

INSTANT = datetime(2025, 9, 1, 8, 30, tzinfo=UTC)
ODD = pa.table(
    {
        "name": ['a "b", c', None, "line\u2028end"],
        "at": pa.array([INSTANT, None, INSTANT], pa.timestamp("us", "UTC")),
        "x": [1.5, float("nan"), None],
    }
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Scores of three days at version 1, and a table of odd values; where commands look by default."""
    lake = Lake(tmp_path / "data" / "lake")
    lake.replace_days(TABLE, window(1, 3), [rows(1, 10, 11), rows(2, 20), rows(3, 30)], SCHEMA)
    lake.replace("test.odd", [ODD], ODD.schema)
    return lake


@pytest.mark.usefixtures("lake")
def test_a_query_is_printed_as_a_table_for_people(analytics: Command):
    printed = analytics("sql", f"select plan, sum(score) as total from {TABLE} group by plan")

    assert [line.split() for line in printed.out.splitlines()] == [["plan", "total"], ["free", "71"]]
    assert printed.err == f"1 rows from {TABLE}@1\n"


@pytest.mark.usefixtures("lake")
def test_csv_carries_the_rows_and_nothing_else(analytics: Command):
    printed = analytics("sql", "select * from test.odd", "--format", "csv")

    assert printed.err == ""
    assert list(csv.reader(io.StringIO(printed.out))) == [
        ["name", "at", "x"],
        ['a "b", c', "2025-09-01T08:30:00Z", "1.5"],
        ["", "", "NaN"],
        ["line\u2028end", "2025-09-01T08:30:00Z", ""],
    ]


@pytest.mark.usefixtures("lake")
def test_json_is_one_valid_array(analytics: Command):
    printed = analytics("sql", "select * from test.odd", "--format", "json")

    assert json.loads(printed.out) == [
        {"name": 'a "b", c', "at": "2025-09-01T08:30:00Z", "x": 1.5},
        {"name": None, "at": None, "x": None},
        {"name": "line\u2028end", "at": "2025-09-01T08:30:00Z", "x": None},
    ]


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(("form", "empty"), [("csv", "name,at,x\n"), ("json", "[]\n")])
def test_no_rows_are_still_a_valid_answer(analytics: Command, form: str, empty: str):
    assert analytics("sql", "select * from test.odd where false", "--format", form).out == empty


@pytest.mark.usefixtures("lake")
def test_a_long_result_is_cut_in_the_table_and_whole_elsewhere(analytics: Command):
    many = f"select unnest(range(500)) as n from {TABLE} limit 500"

    table, whole = analytics("sql", many), analytics("sql", many, "--format", "csv")

    assert len(table.out.splitlines()) == 201
    assert "200 of 500 rows shown" in table.err
    assert len(whole.out.splitlines()) == 501


@pytest.mark.usefixtures("lake")
def test_output_writes_the_format_of_the_extension(analytics: Command, tmp_path: Path):
    printed = analytics("sql", f"select * from {TABLE}", "--output", "scores.parquet")

    assert (printed.code, printed.out) == (0, "")
    assert printed.err == f"4 rows from {TABLE}@1 written to scores.parquet\n"
    assert pl.read_parquet(tmp_path / "scores.parquet")["score"].sum() == 71


@pytest.mark.parametrize("moment", ["version 1", "1"])
def test_a_version_can_be_read_again(analytics: Command, lake: Lake, moment: str):
    write(lake, 1, 99)

    printed = analytics("sql", f"select max(score) as m from {TABLE}", "--as-of", moment, "--format", "csv")

    assert printed.out == "m\n30.0\n"


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("query", "moment", "sentence"),
    [
        (f"select * from {TABLE}", "soon", "'soon' is no moment"),
        (f"select * from {TABLE}", "version 7", "has no version 7: the newest is 1"),
        (f"select * from {TABLE}", "2020-01-01", "was not there at 2020-01-01"),
        (f"select * from {TABLE}", "2020-01-01T00:00+02:00", "was not there at 2020-01-01 00:00:00+02:00"),
        (f"select * from {TABLE}, test.odd", "version 1", "a version belongs to one table"),
    ],
)
def test_a_moment_that_cannot_be_read_is_one_sentence(
    analytics: Command, query: str, moment: str, sentence: str
):
    printed = analytics("sql", query, "--as-of", moment)

    assert (printed.code, printed.out) == (1, "")
    assert sentence in printed.err
    assert printed.err.count("\n") == 1


READERS = {
    "csv": pl.read_csv,
    "csv.gz": lambda path: pl.read_csv(gzip.decompress(path.read_bytes())),
    "json": lambda path: pl.DataFrame(json.loads(path.read_text())),
    "jsonl": pl.read_ndjson,
    "jsonl.gz": lambda path: pl.read_ndjson(gzip.decompress(path.read_bytes())),
    "parquet": pl.read_parquet,
}


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("extension", READERS)
def test_export_writes_each_format(analytics: Command, tmp_path: Path, extension: str):
    printed = analytics("export", TABLE, f"scores.{extension}", "--from", "2025-01-02")

    frame = READERS[extension](tmp_path / f"scores.{extension}")
    assert printed.code == 0
    assert frame.columns == SCHEMA.names
    assert frame["score"].to_list() == [20.0, 30.0]


@pytest.mark.usefixtures("lake")
def test_export_takes_both_ends_of_the_window(analytics: Command, tmp_path: Path):
    analytics("export", TABLE, "scores.csv", "--from", "2025-01-02", "--to", "2025-01-02")

    assert pl.read_csv(tmp_path / "scores.csv")["score"].to_list() == [20.0]


def test_export_reads_the_past(analytics: Command, lake: Lake, tmp_path: Path):
    write(lake, 1, 99)

    analytics("export", TABLE, "scores.csv", "--to", "2025-01-01", "--as-of", "version 1")

    assert pl.read_csv(tmp_path / "scores.csv")["score"].to_list() == [10.0, 11.0]


@pytest.mark.usefixtures("lake")
def test_the_same_export_gives_the_same_bytes(analytics: Command, tmp_path: Path):
    for name in ("one.csv.gz", "two.csv.gz"):
        analytics("export", TABLE, name)

    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((TABLE, "scores.txt"), "end the file's name with one of .csv"),
        ((TABLE, "nowhere/scores.csv"), "nowhere/scores.csv cannot be written: No such file or directory."),
        (("test.nothing", "scores.csv"), "Table test.nothing is not in the lake"),
        (("test.odd", "scores.csv", "--from", "2025-01-01"), "event_date"),
    ],
)
def test_a_failed_export_leaves_the_file_as_it_was(
    analytics: Command, tmp_path: Path, words: tuple[str, ...], sentence: str
):
    (tmp_path / "scores.csv").write_text("kept")

    printed = analytics("export", *words)

    assert printed.code == 1
    assert sentence in printed.err
    assert (tmp_path / "scores.csv").read_text() == "kept"
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.usefixtures("lake")
def test_a_query_that_fails_halfway_leaves_the_file_as_it_was(analytics: Command, tmp_path: Path):
    (tmp_path / "scores.csv").write_text("kept")
    numbers = f"(select unnest(range(300000)) as n from {TABLE})"
    late = "case when n = 250000 then cast(error('planted') as bigint) else n end"

    printed = analytics("sql", f"select {late} as n from {numbers}", "--output", "scores.csv")

    assert printed.code == 1
    assert "planted" in printed.err
    assert (tmp_path / "scores.csv").read_text() == "kept"
    assert not list(tmp_path.glob(".*.part"))
