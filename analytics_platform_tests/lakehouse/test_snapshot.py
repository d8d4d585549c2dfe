"""Snapshots: pinned once, the same whatever is written later."""

from datetime import UTC, datetime
from pathlib import Path

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.lakehouse.small_tables import SCHEMA, TABLE, rows, scores, window, write


def test_a_pinned_snapshot_survives_later_writes(lake: Lake):
    write(lake, 1, 10)
    pinned = lake.snapshot([TABLE])
    write(lake, 1, 11)
    write(lake, 2, 20)

    assert pinned.scan(TABLE).collect()["score"].to_list() == [10]
    answer = DuckDBEngine(lake).query(f"SELECT score FROM {TABLE}", snapshot=pinned)
    assert answer["score"].to_pylist() == [10]
    assert scores(lake) == [(1, 11), (2, 20)]


def test_a_snapshot_states_version_rows_files_and_commit_time(lake: Lake):
    before = datetime.now(UTC)
    lake.replace_days(TABLE, window(1, 2), [rows(1, 10, 11), rows(2, 20)], SCHEMA)

    table = lake.snapshot([TABLE]).tables[TABLE]

    assert (table.version, table.rows, len(table.files)) == (1, 3, 2)
    assert all(Path(file).is_absolute() and Path(file).exists() for file in table.files)
    assert table.schema.names == SCHEMA.names
    assert (before - table.committed_at).total_seconds() < 0.001
    assert table.committed_at <= datetime.now(UTC)


def test_a_snapshot_prints_as_the_versions_it_holds(lake: Lake):
    write(lake, 1, 10)
    lake.replace("another.table", [rows(1, 10)], SCHEMA)
    write(lake, 2, 20)

    snapshot = lake.snapshot([TABLE, "another.table"])

    assert str(snapshot) == "another.table@1, test.scores@2"
    assert snapshot.versions == {"another.table": 1, TABLE: 2}


def test_a_table_without_rows_can_be_pinned_and_read(lake: Lake):
    lake.replace_days(TABLE, window(1), [], SCHEMA)

    snapshot = lake.snapshot([TABLE])

    assert snapshot.tables[TABLE].rows == 0
    assert snapshot.scan(TABLE).collect().is_empty()
