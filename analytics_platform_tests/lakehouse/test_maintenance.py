"""Upkeep: files change, rows stay."""

import pytest
from deltalake import write_deltalake

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.lakehouse.maintenance import compact, maintain, vacuum
from analytics_platform_tests.lakehouse.small_tables import TABLE, data_files, rows, scores, write


@pytest.fixture
def fragmented(lake: Lake) -> Lake:
    """A day in three files, as an outside writer that appends leaves it."""
    write(lake, 1, 10)
    for score in (11.0, 12.0):
        write_deltalake(str(lake.path(TABLE)), rows(1, score), mode="append")
    return lake


def test_compaction_merges_the_files_of_a_day_and_keeps_its_rows(fragmented: Lake):
    assert compact(fragmented, TABLE) == 3

    assert len(fragmented.snapshot([TABLE]).tables[TABLE].files) == 1
    assert scores(fragmented) == [(1, 10), (1, 11), (1, 12)]
    assert DuckDBEngine(fragmented).query(f"SELECT sum(score) AS s FROM {TABLE}")["s"].to_pylist() == [33]


def test_compaction_of_a_tidy_table_changes_nothing(lake: Lake):
    write(lake, 1, 10)
    write(lake, 2, 20)
    version = lake.open(TABLE).version()

    assert compact(lake, TABLE) == 0
    assert lake.open(TABLE).version() == version


def test_compaction_leaves_a_pinned_snapshot_readable(fragmented: Lake):
    pinned = fragmented.snapshot([TABLE])
    compact(fragmented, TABLE)

    assert sorted(pinned.scan(TABLE).collect()["score"].to_list()) == [10, 11, 12]


def test_vacuum_removes_what_no_version_within_retention_needs(lake: Lake):
    write(lake, 1, 10)
    write(lake, 1, 11)
    assert len(data_files(lake)) == 2

    assert vacuum(lake, TABLE, retention_days=30) == 0
    assert vacuum(lake, TABLE, retention_days=0) == 1

    assert len(data_files(lake)) == 1
    assert scores(lake) == [(1, 11)]


def test_maintenance_visits_every_table(fragmented: Lake):
    fragmented.replace("another.table", [rows(1, 10)], rows(1, 10).schema)

    found = {upkeep.table: upkeep.files_merged for upkeep in maintain(fragmented, retention_days=30)}

    assert found == {"another.table": 0, TABLE: 3}


def test_a_vacuumed_version_is_refused_with_a_sentence(lake: Lake):
    write(lake, 1, 10)
    old = lake.open(TABLE).version()
    write(lake, 1, 11)
    vacuum(lake, TABLE, retention_days=0)
    engine = DuckDBEngine(lake)

    with pytest.raises(AnalyticsError, match=r"test\.scores: files of version 1 are gone"):
        engine.query(f"SELECT * FROM {TABLE}", snapshot=engine.snapshot(f"SELECT * FROM {TABLE}", old))
