import json
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.load import Load
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    MAPPING,
    NOW,
    ingested,
    opened,
    reading,
    row,
    write_csv,
)


def judged(tmp_path: Path, lake: Lake, *logs: list[dict[str, object]], mapping: str = MAPPING) -> Load:
    folder = tmp_path / "judged"
    folder.mkdir()
    paths = [write_csv(tmp_path / f"{n}.csv", rows) for n, rows in enumerate(logs)]
    return Load.judge([reading(path, mapping) for path in paths], lake, folder, lambda _: None)


def test_rows_are_kept_quarantined_or_ignored(tmp_path: Path):
    log = [row(1), row(2), row(2), row(3, user=None), row(4, action="ping"), row(5, os="tv")]
    load = judged(tmp_path, Lake(tmp_path / "lake"), log, [row(1), row(7)])
    first, second = load.file_summaries()
    assert (first.rows, first.kept, first.quarantined, first.ignored) == (6, 2, 3, 1)
    assert (first.events, first.repeated) == (2, 0)
    assert (second.rows, second.kept, second.events, second.repeated) == (2, 2, 1, 1)


def test_reasons_come_with_their_first_row(tmp_path: Path):
    load = judged(
        tmp_path, Lake(tmp_path / "lake"), [row(1), row(2, user=None), row(3, os="tv"), row(4, os="car")]
    )
    platform, user = load.reasons()
    assert (platform.reason, platform.rows, platform.row_number) == ("unknown platform", 2, 3)
    assert json.loads(platform.original)["os"] == "tv"
    assert (user.reason, user.rows, user.row_number) == ("missing user_id", 1, 2)


def test_judging_writes_nothing(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    judged(tmp_path, lake, [row(1)])
    assert not lake.root.exists()


def test_the_ledger_and_the_quarantine_tell_of_every_row(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    judged(tmp_path, lake, [row(1), row(2, user=None)]).write(lake, NOW, lambda _: None)
    entry = lake.scan("raw.ingested_files").collect().row(0, named=True)
    hash_ = opened(tmp_path / "0.csv").sha256
    assert (entry["rows"], entry["events"], entry["quarantined"], entry["repeated"]) == (2, 1, 1, 0)
    assert (entry["file_sha256"], entry["first_day"], entry["ingested_at"]) == (hash_, entry["last_day"], NOW)
    rejected = lake.scan("raw.quarantine").collect().row(0, named=True)
    original = {"id": "2", "user": None, "action": "quiz"}
    assert original.items() <= json.loads(rejected.pop("original")).items()
    assert rejected == {
        "file": str(tmp_path / "0.csv"),
        "file_sha256": hash_,
        "row_number": 2,
        "reason": "missing user_id",
        "quarantined_at": NOW,
    }


def test_a_second_reading_that_disagrees_is_refused(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    ingested(lake, write_csv(tmp_path / "0.csv", [row(1), row(2, action="chat")]))
    other = MAPPING.replace("event_id: {column: id}\n", "")
    load = judged(tmp_path, lake, [row(1), row(2, action="chat")], mapping=other)
    ledger = lake.scan("raw.ingested_files").collect()
    with pytest.raises(
        AnalyticsError, match=r"0\.csv was ingested before with another mapping, and 2 of its"
    ):
        load.check_earlier(ledger)
    load.check_earlier(ledger.filter(pl.lit(value=False)))
