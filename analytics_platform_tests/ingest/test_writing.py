from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest import writing
from analytics_platform.ingest.writing import create_tables, exclusive, runs
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.ingest.small_files import WITHOUT_IDS, ingested, row, rows_of, write_csv

FIRST = date(2025, 5, 1)


def days(*offsets: int) -> list[date]:
    return [FIRST + timedelta(days=offset) for offset in offsets]


def test_a_run_spans_empty_days_and_stops_before_days_it_must_not_touch():
    assert list(runs(days(0, 3, 9), held=days(0, 20))) == [Window(*days(0, 9))]
    assert list(runs(days(0, 3, 9), held=days(2, 3))) == [Window(*days(0, 0)), Window(*days(3, 9))]
    assert list(runs([], held=days(2))) == []


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_runs_cover_the_touched_days_and_no_other_day_that_holds_rows(touched: set[int], held: set[int]):
    windows = list(runs(days(*touched), days(*held)))
    covered = {day for window in windows for day in window.days()}
    assert set(days(*touched)) <= covered
    assert covered & set(days(*(held - touched))) == set()
    assert sum(map(len, windows)) == len(covered)


def test_every_raw_table_is_created_empty_and_only_once(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    create_tables(lake, FIRST)
    assert set(lake.tables()) == set(CONTRACTS)
    assert [name for name in CONTRACTS if not lake.scan(name).collect().is_empty()] == []
    create_tables(lake, FIRST)
    assert set(lake.snapshot(lake.tables()).versions.values()) == {1}


def test_the_ledger_is_created_before_the_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    monkeypatch.setattr(Lake, "replace", lambda _, name, *__: order.append(name))
    monkeypatch.setattr(Lake, "replace_days", lambda _, name, *__: order.append(name))
    create_tables(Lake(tmp_path / "lake"), FIRST)
    assert order[0] == "raw.ingested_files"
    assert sorted(order) == sorted(CONTRACTS)


def test_one_process_ingests_at_a_time(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    with (
        exclusive(lake),
        pytest.raises(AnalyticsError, match=r"Another ingest is writing to .*lake"),
        exclusive(lake),
    ):
        pass
    with exclusive(lake):
        pass


def test_days_written_in_pieces_hold_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log = [row(n, user=f"u{n % 3}", time=f"2025-05-{n % 9 + 1:02}T09:00:00Z") for n in range(40)]
    whole, pieces = Lake(tmp_path / "whole"), Lake(tmp_path / "pieces")
    path = write_csv(tmp_path / "log.csv", log)
    ingested(whole, path, WITHOUT_IDS)
    monkeypatch.setattr("analytics_platform.ingest.preparation.CHUNK_ROWS", 7)
    ingested(pieces, path, WITHOUT_IDS)
    assert rows_of(pieces, "raw.events").equals(rows_of(whole, "raw.events"))
    assert writing.SORTED[0] == "event_date"
    stored = whole.scan("raw.events").filter(event_date=FIRST).collect()
    assert stored.equals(stored.sort(writing.SORTED))
