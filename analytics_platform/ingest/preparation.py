"""What a load would add to the lake, worked out day by day before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from analytics_platform.event_contract import EVENTS, USERS
from analytics_platform.ingest.events import Staged, concatenated, identified, without
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.users import appearances, changes, merged
from analytics_platform.lakehouse import Lake, Window

CHUNK_ROWS = 1_000_000
COUNTS = {"file": pl.Int64, "event_date": pl.Date, "events": pl.Int64, "new": pl.Int64}
SORTED = ("event_date", "user_id", "event_time", "event_id", "received_at")


@dataclass(frozen=True)
class Prepared:
    """New rows, ready to be written.

    Attributes:
        folder: Parquet files of new events in the contract's columns, each with days of its own.
        counts: per file and day: `file, event_date, events` (all), `new` (those the lake lacks).
        users: rows of `raw.users` to be written.
        users_added: how many of them the lake did not know.
    """

    folder: Path
    counts: pl.DataFrame
    users: pl.DataFrame
    users_added: int

    @property
    def days(self) -> tuple[date, ...]:
        """Days that get new events, sorted."""
        return tuple(self.counts.filter(pl.col("new") > 0)["event_date"].unique().sort())

    def of_file(self, number: int) -> tuple[int, int, date | None, date | None]:
        """A file's new events, repeated events, first and last day with new events."""
        mine = self.counts.filter(pl.col("file") == number)
        touched = mine.filter(pl.col("new") > 0)["event_date"]
        new = int(mine["new"].sum())
        return new, int(mine["events"].sum()) - new, touched.min(), touched.max()  # pyright: ignore[reportReturnType]

    def events(self) -> pl.LazyFrame:
        """All new events, in the contract's columns."""
        files = sorted(self.folder.glob("*.parquet"))
        return pl.scan_parquet(files) if files else pl.LazyFrame(schema=EVENTS.polars_schema())


def prepare(files: Sequence[Staged], rejects: pl.DataFrame, lake: Lake, folder: Path) -> Prepared:
    """Find what is new in a load, a few days at a time in memory.

    Args:
        files: staged files.
        rejects: rows rejected after staging.
        lake: what is held already; only read.
        folder: empty folder for the new events.
    """
    events = without(concatenated(files), rejects)
    daily = events.group_by("event_date").len().collect(engine="streaming")
    counts = [pl.DataFrame(schema=COUNTS)]
    users = pl.DataFrame(schema=USERS.polars_schema())
    for position, window in enumerate(chunks(dict(daily.iter_rows()))):
        is_inside = pl.col("event_date").is_between(window.first_day, window.last_day)
        chunk = events.filter(is_inside).collect(engine="streaming").sort("file", ROW, "rule")
        is_held = pl.col("event_id").is_in(_held_ids(lake, window).implode())
        chunk = identified(chunk).with_columns(is_new=pl.col("event_id").is_first_distinct() & ~is_held)
        counts.append(_counted(chunk))
        users = merged([users, appearances(chunk)])
        new = chunk.filter("is_new").select(EVENTS.names)
        if not new.is_empty():
            new.sort(SORTED).write_parquet(folder / f"{position:05}.parquet")
    changed, added = _changed_users(users, lake)
    return Prepared(folder, pl.concat(counts), changed, added)


def _counted(events: pl.DataFrame) -> pl.DataFrame:
    return events.group_by("file", "event_date").agg(
        pl.len().cast(pl.Int64).alias("events"), pl.col("is_new").sum().cast(pl.Int64).alias("new")
    )


def _held_ids(lake: Lake, window: Window) -> pl.Series:
    if not lake.exists(EVENTS.table):
        return pl.Series("event_id", dtype=pl.Int64)
    is_inside = pl.col("event_date").is_between(window.first_day, window.last_day)
    return lake.scan(EVENTS.table).filter(is_inside).select("event_id").collect().to_series()


def _changed_users(users: pl.DataFrame, lake: Lake) -> tuple[pl.DataFrame, int]:
    held = pl.DataFrame(schema=USERS.polars_schema())
    if lake.exists(USERS.table):
        mine = pl.col("user_id").is_in(users["user_id"].implode())
        held = lake.scan(USERS.table).select(USERS.names).filter(mine).collect()
    return changes(users, held), users.height - held["user_id"].n_unique()


def chunks(rows_by_day: dict[date, int]) -> Iterator[Window]:
    """Consecutive windows over days with rows, of about `CHUNK_ROWS` rows each (a day is never cut)."""
    first: date | None = None
    last: date | None = None
    rows = 0
    for day, count in sorted(rows_by_day.items()):
        if first is not None and last is not None and rows + count > CHUNK_ROWS:
            yield Window(first, last)
            first, rows = None, 0
        first = first or day
        last = day
        rows += count
    if first is not None and last is not None:
        yield Window(first, last)
