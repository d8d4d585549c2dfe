"""Reading the files of a load: records of exports, columns of tables, and both as staged rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import ComputeError

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.mapping import Part
from analytics_platform.ingest.sources import readable
from analytics_platform.ingest.traces.index import TraceIndex
from analytics_platform.ingest.traces.mapping import TraceMapping
from analytics_platform.ingest.traces.records import Kind
from analytics_platform.ingest.traces.staging import (
    INTERACTION_COLUMNS,
    RATING_COLUMNS,
    Rows,
    interactions,
    ratings,
)
from analytics_platform.ingest.traces.tables import TraceTable, read

Report = Callable[[str], None]
ROWS_PER_GROUP = 50_000
NEEDED = ("interaction", "user", "time", "rater")


@dataclass(frozen=True)
class Files:
    """The files of a load and how they are read.

    Attributes:
        fresh: files to be ingested.
        known: files ingested before, read again only where a fresh record needs their traces.
        mapping: what their records mean.
        zone: the reporting time zone, which cuts days.
        now: later than a day after this is absurd.
    """

    fresh: Sequence[TraceTable]
    known: Sequence[TraceTable]
    mapping: TraceMapping
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True)
class Staged:
    """Files that were read: per file its table, its calls and its ratings as staged rows."""

    tables: list[TraceTable]
    calls: list[pl.LazyFrame]
    ratings: list[pl.LazyFrame]


def stage(files: Files, folder: Path, report: Report) -> Staged:
    """Read every fresh file to its end, in bounded memory (a JSON document that is no line: at once).

    Args:
        files: what is read.
        folder: empty folder for records and staged rows.
        report: told what is being done.

    Raises:
        AnalyticsError: a file is unreadable or does not fit the mapping.
    """
    mapping = files.mapping
    tables = [_read(table, mapping, folder / f"fresh-{n:05}", report) for n, table in enumerate(files.fresh)]
    index = TraceIndex.build(tables, mapping)
    if files.known and index.lacks(tables, mapping):
        known = [
            _read(table, mapping, folder / f"known-{n:05}", report) for n, table in enumerate(files.known)
        ]
        index = TraceIndex.build([*tables, *known], mapping)
    staged = Staged([], [], [])
    for number, table in enumerate(tables):
        _check(table, mapping)
        rows = Rows(table, index, files.zone, files.now)
        calls, judged = folder / f"calls-{number:05}.parquet", folder / f"ratings-{number:05}.parquet"
        rows = _staged(rows, mapping, "interactions", calls)
        rows = _staged(rows, mapping, "human_ratings", judged)
        staged.calls.append(pl.scan_parquet(calls))
        staged.ratings.append(pl.scan_parquet(judged))
        staged.tables.append(rows.table)
    return staged


def _read(table: TraceTable, mapping: TraceMapping, target: Path, report: Report) -> TraceTable:
    report(f"reading {table.path}")
    return read(table, mapping, target)


def _check(table: TraceTable, mapping: TraceMapping) -> None:
    """Refuse a table that lacks columns which the mapping names (JSON lines: those that every row needs)."""
    if table.is_export:
        return
    is_lines = table.source.format == "jsonl"
    for part in filter(None, (mapping.interactions, mapping.human_ratings)):
        for place, column in part.columns_named():
            if not table.source.has(column) and not (is_lines and not place.startswith(NEEDED)):
                raise AnalyticsError(
                    f"{table.path} has no column {column!r}, which the mapping names at {place}; "
                    f"it has {', '.join(table.source.schema)}. Correct the mapping (or its `file.delimiter`)."
                )
        _check_times(table, part)


def _check_times(table: TraceTable, part: Part) -> None:
    for name in ("time", "ended_at"):
        time = getattr(part, name, None)
        if time is not None and time.format == "auto" and table.source.dtype(time.sources[0]).is_numeric():
            raise AnalyticsError(
                f"{table.path}: the times in column {time.sources[0]!r} are numbers; say in the mapping "
                "what they count: `format: epoch_s`, epoch_ms or epoch_us."
            )


def _staged(rows: Rows, mapping: TraceMapping, part: Kind, target: Path) -> Rows:
    """Write rows of one kind to the target; rows wider than a CSV file's header are known afterwards."""
    with readable(rows.table.path):
        try:
            _sink(rows, mapping, part, target)
        except ComputeError as error:
            if "more fields" not in str(error):
                raise
            rows = Rows(rows.table.with_surplus(), rows.index, rows.zone, rows.now)
            _sink(rows, mapping, part, target)
    return rows


def _sink(rows: Rows, mapping: TraceMapping, part: Kind, target: Path) -> None:
    if part == "interactions":
        given = mapping.interactions and interactions(rows, mapping.interactions)
        schema = INTERACTION_COLUMNS
    else:
        given = mapping.human_ratings and ratings(rows, mapping.human_ratings)
        schema = RATING_COLUMNS
    frame = pl.LazyFrame(schema=schema) if given is None else given
    frame.sink_parquet(target, row_group_size=ROWS_PER_GROUP, engine="streaming")
