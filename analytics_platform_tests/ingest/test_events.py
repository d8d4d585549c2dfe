from pathlib import Path

import polars as pl

from analytics_platform.ingest.events import REJECTS, Staged, concatenated, identified, repeated_ids, without
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.staging import stage
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    MAPPING,
    WITHOUT_IDS,
    ingested,
    reading,
    row,
    write_csv,
)

TWO_RULES = """
user: {column: user}
time: {column: time}
event_id: {column: id}
events:
  - {event_name: feature_used, feature: quiz}
  - {event_name: rated, llm_rating: {column: stars}, when: {stars: present}}
"""


def staged(
    tmp_path: Path, rows: list[dict[str, object]], mapping: str = WITHOUT_IDS, number: int = 0
) -> Staged:
    read = reading(write_csv(tmp_path / f"log-{number}.csv", rows), mapping)
    target = tmp_path / f"staged-{number}.parquet"
    return Staged(number, stage(read, target), target, len(read.mapping.events))


def ids(file: Staged) -> list[int]:
    return identified(file.events().collect())["event_id"].to_list()


def rejected(files: list[Staged], lake: Lake) -> list[tuple[int, int, str]]:
    return repeated_ids(files, lake).sort("file", ROW).rows()


def test_rejected_and_ignored_rows_give_no_events(tmp_path: Path):
    file = staged(tmp_path, [row(), row(user=None), row(action="ping"), row(2)])
    assert file.events().select(ROW).collect().to_series().to_list() == [1, 4]
    assert file.rejects().collect().rows() == [(0, 2, "missing user_id")]


def test_derived_ids_depend_on_what_happened_alone(tmp_path: Path):
    rows = [row(1), row(1, user="bob"), row(1, seconds=11), row(1, action="chat"), row(1, os="ios"), row(2)]
    forth, back = ids(staged(tmp_path, rows)), ids(staged(tmp_path, rows[::-1], number=1))
    assert forth == back[::-1]
    assert len(set(forth)) == len(rows)
    assert all(0 <= number < 2**63 for number in forth)


def test_equal_rows_are_counted_within_their_file(tmp_path: Path):
    thrice = ids(staged(tmp_path, [row(), row(), row()]))
    once = ids(staged(tmp_path, [row()], number=1))
    assert len(set(thrice)) == 3
    assert once == thrice[:1]


def test_an_id_of_the_log_is_kept_and_later_events_of_its_row_get_their_own(tmp_path: Path):
    events = staged(tmp_path, [row(17, stars=5), row(2, id="b7")], TWO_RULES).events().collect()
    assert events["event_name"].to_list() == ["feature_used", "feature_used", "rated"]
    first, second, rating = events["event_id"].to_list()
    assert first == 17
    assert len({first, second, rating}) == 3
    assert identified(events)["event_id"].to_list() == [first, second, rating]


def test_an_id_that_occurs_twice_in_a_file_is_rejected_after_its_first_row(tmp_path: Path):
    file = staged(tmp_path, [row(1), row(2), row(1), row(1, user="bob")], MAPPING)
    assert rejected([file], Lake(tmp_path / "lake")) == [
        (0, 3, "duplicate event_id"),
        (0, 4, "duplicate event_id"),
    ]


def test_another_file_may_repeat_an_event_but_not_contradict_it(tmp_path: Path):
    first = staged(tmp_path, [row(1), row(2)], MAPPING)
    second = staged(tmp_path, [row(1), row(2, user="bob"), row(3)], MAPPING, number=1)
    assert rejected([first, second], Lake(tmp_path / "lake")) == [(1, 2, "duplicate event_id")]


def test_the_lake_may_hold_an_event_but_not_another_by_its_id(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    ingested(lake, write_csv(tmp_path / "old.csv", [row(1), row(2)]))
    moved = row(2, time="2025-05-09T09:00:00Z")
    assert rejected([staged(tmp_path, [row(1), moved, row(3)], MAPPING)], lake) == [
        (0, 2, "event_id of another event in the lake")
    ]


def test_events_of_rejected_rows_are_left_out(tmp_path: Path):
    events = concatenated([staged(tmp_path, [row(1), row(2)])])
    assert without(events, pl.DataFrame(schema=REJECTS)) is events
    left = without(events, pl.DataFrame([(0, 1, "x")], schema=REJECTS, orient="row"))
    assert left.select(ROW).collect().to_series().to_list() == [2]
