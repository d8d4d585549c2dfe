"""Writes: atomic, strict about rows, and safe between processes."""

import hashlib
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake, writer
from analytics_platform_tests.lakehouse.small_tables import (
    SCHEMA,
    TABLE,
    data_files,
    day,
    rows,
    scores,
    window,
    write,
)


def test_a_window_is_replaced_and_the_days_around_it_stay(lake: Lake):
    lake.replace_days(TABLE, window(1, 3), [rows(1, 10), rows(2, 20), rows(3, 30)], SCHEMA)

    written = lake.replace_days(TABLE, window(2), [rows(2, 21, 22)], SCHEMA)

    assert written == 2
    assert scores(lake) == [(1, 10), (2, 21), (2, 22), (3, 30)]


def test_days_of_the_window_without_rows_become_empty(lake: Lake):
    lake.replace_days(TABLE, window(1, 3), [rows(1, 10), rows(2, 20), rows(3, 30)], SCHEMA)

    lake.replace_days(TABLE, window(1, 2), [rows(1, 11)], SCHEMA)

    assert scores(lake) == [(1, 11), (3, 30)]
    assert lake.days(TABLE) == [day(1), day(3)]


@pytest.mark.parametrize("batches", [[], [rows(1)]], ids=["no batch", "a batch without rows"])
def test_an_empty_window_empties_its_days(lake: Lake, batches: list[pa.Table]):
    write(lake, 1, 10)

    assert lake.replace_days(TABLE, window(1), batches, SCHEMA) == 0
    assert scores(lake) == []


def test_a_failure_in_the_middle_of_a_write_leaves_the_old_version_and_no_file(lake: Lake):
    write(lake, 1, 10)
    before, version = data_files(lake), lake.open(TABLE).version()

    def failing() -> Iterator[pa.Table]:
        yield rows(1, 11)
        yield rows(2, 21)
        yield rows(3, 31)
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        lake.replace_days(TABLE, window(1, 3), failing(), SCHEMA)

    assert scores(lake) == [(1, 10)]
    assert lake.open(TABLE).version() == version
    assert data_files(lake) == before


def test_a_file_cut_short_by_a_full_disk_is_removed(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    def full(_: pa.Table, path: Path, **__: object) -> None:
        path.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)

    with pytest.raises(OSError, match="No space left"):
        write(lake, 1, 10)

    assert data_files(lake) == []
    assert not lake.exists(TABLE)


def test_an_interrupt_after_the_commit_leaves_its_files(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    committed = writer.commit

    def interrupted(*arguments: object) -> None:
        committed(*arguments)  # pyright: ignore[reportArgumentType]
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "commit", interrupted)

    with pytest.raises(KeyboardInterrupt):
        write(lake, 1, 10)

    assert scores(lake) == [(1, 10)]


@pytest.mark.parametrize(
    "batches",
    [[rows(3, 30)], [rows(2, 20), rows(1, 10)]],
    ids=["outside the window", "back in time"],
)
def test_a_row_outside_the_window_or_out_of_order_is_refused(lake: Lake, batches: list[pa.Table]):
    write(lake, 1, 10)

    with pytest.raises(AnalyticsError, match=r"test\.scores: a row of .* the table is unchanged"):
        lake.replace_days(TABLE, window(1, 2), batches, SCHEMA)

    assert scores(lake) == [(1, 10)]


def test_a_row_without_a_day_is_refused(lake: Lake):
    undated = rows(1, 10).set_column(0, SCHEMA.field(0), pa.array([None], pa.date32()))

    with pytest.raises(AnalyticsError, match="1 rows without event_date"):
        lake.replace_days(TABLE, window(1), [undated], SCHEMA)


def test_columns_other_than_the_schema_are_refused_by_name(lake: Lake):
    with pytest.raises(AnalyticsError, match="columns plan differ from its schema"):
        lake.replace_days(TABLE, window(1), [rows(1, 10).drop_columns("plan")], SCHEMA)


def test_a_value_that_the_type_cannot_hold_is_refused(lake: Lake):
    texts = rows(1, 10).set_column(1, "user_id", pa.array(["anna"]))

    with pytest.raises(AnalyticsError, match=r"test\.scores: .*anna.*nothing written"):
        lake.replace_days(TABLE, window(1), [texts], SCHEMA)


def test_a_new_column_is_added_and_old_rows_read_null(lake: Lake):
    write(lake, 1, 10)
    wider = SCHEMA.append(pa.field("country", pa.string()))

    lake.replace_days(TABLE, window(2), [rows(2, 20, schema=wider)], wider)
    lake.replace_days(TABLE, window(3), [rows(3, 30)], SCHEMA)

    frame = lake.scan(TABLE).sort("event_date").collect()
    assert frame["score"].to_list() == [10, 20, 30]
    assert frame["country"].to_list() == [None, None, None]


def test_a_change_of_type_is_refused_and_changes_nothing(lake: Lake):
    write(lake, 1, 10)
    before = data_files(lake)
    changed = SCHEMA.set(2, pa.field("score", pa.string()))

    with pytest.raises(AnalyticsError, match="column score would change its type from"):
        lake.replace_days(TABLE, window(2), [rows(2, 20).cast(changed)], changed)

    assert scores(lake) == [(1, 10)]
    assert data_files(lake) == before


def test_dictionary_encoded_text_is_stored_as_text(lake: Lake):
    encoded = rows(1, 10, 11).set_column(3, "plan", pa.array(["free", "paid"]).dictionary_encode())

    lake.replace_days(TABLE, window(1), [encoded], SCHEMA)

    assert lake.scan(TABLE).collect()["plan"].to_list() == ["free", "paid"]


def test_the_same_rows_written_again_give_the_same_bytes(lake: Lake):
    def digests() -> set[str]:
        files = (Path(file).read_bytes() for file in lake.snapshot([TABLE]).tables[TABLE].files)
        return {hashlib.sha256(content).hexdigest() for content in files}

    lake.replace_days(TABLE, window(1, 2), [rows(1, 10, 11), rows(2, 20)], SCHEMA)
    at_once = digests()
    lake.replace_days(TABLE, window(2), [rows(2, 20)], SCHEMA)
    lake.replace_days(TABLE, window(1), [rows(1, 10).slice(0, 1), rows(1, 10, 11).slice(1)], SCHEMA)

    assert digests() == at_once


def test_an_unpartitioned_table_is_replaced_whole(lake: Lake):
    schema = pa.schema([("name", pa.string())])
    lake.replace("test.names", [pa.table({"name": ["anna", "ben"]})], schema)

    assert lake.replace("test.names", [pa.table({"name": ["cleo"]})], schema) == 1

    assert lake.scan("test.names").collect()["name"].to_list() == ["cleo"]


def test_a_commit_carries_its_note(lake: Lake):
    lake.replace_days(TABLE, window(1), [rows(1, 10)], SCHEMA, {"inputs": "raw.events@7"})

    assert lake.open(TABLE).history(1)[0]["inputs"] == "raw.events@7"


def test_two_writers_that_read_the_same_version_cannot_both_fill_an_empty_window(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
):
    write(lake, 9, 90)
    prepared = writer._prepared

    def overtaken(target: writer.Target) -> DeltaTable:
        delta = prepared(target)
        monkeypatch.setattr(writer, "_prepared", prepared)
        write(lake, 1, 10, 11)
        return delta

    monkeypatch.setattr(writer, "_prepared", overtaken)
    write(lake, 1, 12)

    assert scores(lake) == [(1, 12), (9, 90)]


def test_a_writer_that_never_wins_gives_up_with_a_sentence(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer, "COMMIT_ATTEMPTS", 2)
    write(lake, 1, 10)
    stale, before = lake.open(TABLE), data_files(lake)
    write(lake, 1, 11)
    monkeypatch.setattr(writer, "_prepared", lambda _: stale)

    with pytest.raises(AnalyticsError, match="other writers kept committing"):
        write(lake, 1, 12)

    assert scores(lake) == [(1, 11)]
    assert len(data_files(lake)) == len(before) + 1


def _fill(root: Path, number: int, start: Event | None, times: int) -> None:
    if start is not None:
        start.wait(30)
    for _ in range(times):
        write(Lake(root), number, *[float(number)] * 100)


def _in_processes(root: Path, numbers: list[int], times: int) -> None:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(len(numbers), mp_context=spawn) as pool:
        start = manager.Event()
        writers = [pool.submit(_fill, root, number, start, times) for number in numbers]
        start.set()
        for finished in writers:
            finished.result(60)


def test_two_processes_writing_different_windows_both_succeed(lake: Lake):
    _in_processes(lake.root, [1, 2], times=10)

    assert scores(lake) == [(1, 1.0)] * 100 + [(2, 2.0)] * 100


def test_two_processes_writing_the_same_window_leave_one_whole_result(lake: Lake):
    _in_processes(lake.root, [1, 1], times=10)

    assert scores(lake) == [(1, 1.0)] * 100
    assert lake.open(TABLE).version() == 20


def test_a_reader_during_writes_sees_one_whole_version(lake: Lake):
    write(lake, 1, *[0.0] * 100)
    spawn = multiprocessing.get_context("spawn")
    seen: set[tuple[int, int]] = set()
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        writing = pool.submit(_alternate, lake.root, 30)
        while not writing.done():
            found = [score for _, score in scores(lake)]
            seen.add((len(found), len(set(found))))
        writing.result(60)

    assert seen == {(100, 1)}


def _alternate(root: Path, times: int) -> None:
    for number in range(times):
        write(Lake(root), 1, *[float(number)] * 100)
