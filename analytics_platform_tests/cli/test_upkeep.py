"""`maintain`."""

import json
from pathlib import Path

from deltalake import write_deltalake

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.lakehouse.small_tables import TABLE, rows, scores, write


def test_maintain_tidies_every_table_and_keeps_the_rows(analytics: Command, tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    write(lake, 1, 10)
    write_deltalake(str(lake.path(TABLE)), rows(1, 11), mode="append")

    printed = analytics("maintain", "--lake", str(lake.root), "--retention-days", "0", "--format", "json")

    assert json.loads(printed.out) == [{"table": TABLE, "files_merged": 2, "files_removed": 2}]
    assert scores(lake) == [(1, 10), (1, 11)]


def test_maintain_of_an_empty_lake_does_nothing(analytics: Command):
    assert analytics("maintain", "--format", "csv").out == "table,files_merged,files_removed\n"
