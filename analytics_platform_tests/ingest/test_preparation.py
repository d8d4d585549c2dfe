from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.event_contract import EVENTS
from analytics_platform.ingest import preparation
from analytics_platform.ingest.events import REJECTS
from analytics_platform.ingest.preparation import Prepared, chunks, prepare
from analytics_platform.ingest.users import UNKNOWN_COUNTRY
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import WITHOUT_IDS, ingested, row, write_csv
from analytics_platform_tests.ingest.test_events import staged

FIRST = date(2025, 5, 1)
LOG = [
    row(1, time="2025-05-03T09:00:00Z"),
    row(2, user="bob", time="2025-05-01T09:00:00Z"),
    row(3, time="2025-05-03T09:00:00Z"),
]


def prepared(tmp_path: Path, lake: Lake, *logs: list[dict[str, object]]) -> Prepared:
    folder = tmp_path / "events"
    folder.mkdir()
    files = [staged(tmp_path, rows, number=number) for number, rows in enumerate(logs)]
    return prepare(files, pl.DataFrame(schema=REJECTS), lake, folder)


def test_new_events_are_counted_by_file_and_day(tmp_path: Path):
    result = prepared(tmp_path, Lake(tmp_path / "lake"), LOG)
    assert result.days == (FIRST, FIRST + timedelta(days=2))
    assert result.of_file(0) == (3, 0, FIRST, FIRST + timedelta(days=2))
    assert result.users["country"].to_list() == [UNKNOWN_COUNTRY] * 2
    assert result.users_added == 2
    events = result.events().collect()
    assert events.columns == EVENTS.names
    assert events["event_date"].to_list() == [FIRST, FIRST + timedelta(days=2), FIRST + timedelta(days=2)]


def test_what_the_lake_or_an_earlier_file_holds_is_repeated(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    ingested(lake, write_csv(tmp_path / "old.csv", LOG[:1]), mapping=WITHOUT_IDS)
    result = prepared(tmp_path, lake, LOG, [*LOG[1:2], row(9)])
    assert result.of_file(0)[:2] == (2, 1)
    assert result.of_file(1) == (1, 1, FIRST, FIRST)
    assert result.users_added == 1


def test_nothing_new_is_nothing_to_write(tmp_path: Path):
    result = prepared(tmp_path, Lake(tmp_path / "lake"), [row(user=None)])
    assert result.days == ()
    assert result.of_file(0) == (0, 0, None, None)
    assert result.events().collect().is_empty()
    assert result.users.is_empty()


def test_chunks_do_not_change_what_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = prepared(tmp_path / "whole", Lake(tmp_path / "lake"), LOG)
    monkeypatch.setattr(preparation, "CHUNK_ROWS", 1)
    parts = prepared(tmp_path / "parts", Lake(tmp_path / "lake"), LOG)
    assert len(list(parts.folder.iterdir())) == 2
    assert parts.events().collect().equals(whole.events().collect())
    assert parts.users.sort("user_id").equals(whole.users.sort("user_id"))


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 600_000), min_size=1))
def test_chunks_cover_every_day_once_in_order_and_stay_small(counts: dict[int, int]):
    rows = {FIRST + timedelta(days=offset): n for offset, n in counts.items()}
    windows = list(chunks(rows))
    assert [day for window in windows for day in sorted(rows) if day in window] == sorted(rows)
    held = [sum(n for day, n in rows.items() if day in window) for window in windows]
    assert max(held) <= preparation.CHUNK_ROWS
