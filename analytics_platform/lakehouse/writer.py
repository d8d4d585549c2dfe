"""Parquet files of one write and the Delta commit that makes them visible together.

Files are written here rather than by delta-rs because its partitioned writer keeps every day of a
window open in memory and encodes 2–3 times slower; see docs/adr/0002-write-files-then-commit.md.
"""

import json
import random
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.snapshot import WIDENED
from analytics_platform.lakehouse.window import Window

PARTITION = "event_date"
ROWS_PER_GROUP = 1_000_000
COMMIT_ATTEMPTS = 12
ONE_ATTEMPT = CommitProperties(max_commit_retries=0)


@dataclass(frozen=True)
class Target:
    """What is to be written: a table, its schema and the window replaced (None: the whole table)."""

    table: str
    path: Path
    schema: pa.Schema
    window: Window | None

    @property
    def file_schema(self) -> pa.Schema:
        """The columns inside a file: a daily table keeps its day in the folder's name."""
        if self.window is None:
            return self.schema
        return self.schema.remove(self.schema.get_field_index(PARTITION))


@dataclass(frozen=True)
class WrittenFile:
    """A Parquet file not yet committed."""

    relative_path: str
    size_bytes: int
    rows: int
    day: date | None

    def action(self) -> AddAction:
        return AddAction(
            path=self.relative_path,
            size=self.size_bytes,
            partition_values={} if self.day is None else {PARTITION: self.day.isoformat()},
            modification_time=int(time.time() * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": self.rows}),
        )


class TableWriter:
    """Turns rows into files, one a day (or one in all), none of them visible before `commit`."""

    def __init__(self, target: Target) -> None:
        """Start a write; a day is held in memory until the next begins."""
        self.target = target
        self._files: list[WrittenFile] = []
        self._day: date | None = None
        self._pending: list[pa.Table] = []
        self._may_be_visible = False

    def add(self, rows: pa.Table) -> None:
        """Take rows, sorted by day and following those before.

        Raises:
            AnalyticsError: a row lies outside the window or goes back in time, or the schema differs.
        """
        conform = _conform(rows, self.target)
        if self.target.window is None:
            self._pending.append(conform)
            return
        for day, part in _split(conform):
            if day != self._day:
                self._flush()
                self._start_day(day, self.target.window)
            self._pending.append(part)

    @property
    def rows(self) -> int:
        """Rows in files so far: all of them after `commit`."""
        return sum(file.rows for file in self._files)

    def commit(self, note: Mapping[str, str]) -> None:
        """Make the rows the content of the window."""
        self._flush()
        self._may_be_visible = True
        try:
            commit(self.target, self._files, note)
        except AnalyticsError:
            self._may_be_visible = False
            raise

    def abort(self) -> None:
        """Remove the files written so far, unless the log may name them: an interrupt can follow a commit."""
        if self._may_be_visible:
            return
        for file in self._files:
            (self.target.path / file.relative_path).unlink(missing_ok=True)

    def _start_day(self, day: date, window: Window) -> None:
        if day not in window or (self._day is not None and day < self._day):
            raise AnalyticsError(
                f"{self.target.table}: a row of {day} came outside the window {window} or out of order; "
                "the table is unchanged."
            )
        self._day = day

    def _flush(self) -> None:
        rows = pa.concat_tables(self._pending) if self._pending else None
        self._pending = []
        if rows is not None and rows.num_rows:
            self._files.append(_write_file(self.target, self._day, rows))


def _split(table: pa.Table) -> Iterator[tuple[date, pa.Table]]:
    """A table's runs of equal days, in order."""
    if not table.num_rows:
        return
    days = table[PARTITION].combine_chunks()
    if days.null_count:
        raise AnalyticsError(f"{days.null_count} rows without event_date; the table is unchanged.")
    ends = pc.run_end_encode(days)  # pyright: ignore[reportAttributeAccessIssue]
    start = 0
    for day, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
        yield day, table.slice(start, end - start).drop_columns(PARTITION)
        start = end


def _conform(table: pa.Table, target: Target) -> pa.Table:
    """The table with the target's columns and types, refused where they cannot hold its values."""
    missing = sorted(set(target.schema.names) ^ set(table.column_names))
    if missing:
        raise AnalyticsError(
            f"{target.table}: columns {', '.join(missing)} differ from its schema; nothing written."
        )
    try:
        return table.select(target.schema.names).cast(_dictionaries_kept(table, target.schema))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise AnalyticsError(f"{target.table}: {error}; nothing written.") from None


def _dictionaries_kept(table: pa.Table, schema: pa.Schema) -> pa.Schema:
    """Dictionary-encoded text stays so: Parquet stores plain text either way, twice as fast."""
    kept = (
        pa.field(field.name, table.schema.field(field.name).type)
        if pa.types.is_dictionary(table.schema.field(field.name).type)
        else pa.field(field.name, field.type)
        for field in schema
    )
    return pa.schema(list(kept))


def _write_file(target: Target, day: date | None, table: pa.Table) -> WrittenFile:
    folder = "" if day is None else f"{PARTITION}={day.isoformat()}/"
    relative_path = f"{folder}part-{uuid.uuid4().hex}.parquet"
    path = target.path / relative_path
    path.parent.mkdir(parents=True, exist_ok=True)
    table = table.unify_dictionaries()
    packed = [f.name for f in table.schema if pa.types.is_int64(f.type) or pa.types.is_timestamp(f.type)]
    others = [name for name in table.column_names if name not in packed]
    try:
        pq.write_table(
            table,
            path,
            compression="snappy",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=others,  # pyright: ignore[reportArgumentType]
            column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
            write_statistics=packed,  # pyright: ignore[reportArgumentType]
            store_schema=False,
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return WrittenFile(relative_path, path.stat().st_size, table.num_rows, day)


def commit(target: Target, files: list[WrittenFile], note: Mapping[str, str]) -> None:
    """Make the files the only content of the window, in one Delta commit.

    Any commit since the table was read makes this one fail, because delta-rs alone would let two
    writers of an empty window both add their rows. The files are right whatever the others wrote, so
    the commit is tried again on the newest version; of two writers of one window the later wins.

    Raises:
        AnalyticsError: a column would change its type, or other writers kept winning for a minute.
    """
    properties = CommitProperties(custom_metadata=dict(note), max_commit_retries=0)
    filters = None
    if target.window is not None:
        first, last = target.window.first_day.isoformat(), target.window.last_day.isoformat()
        filters = [(PARTITION, ">=", first), (PARTITION, "<=", last)]
    for attempt in range(COMMIT_ATTEMPTS):
        try:
            delta = _prepared(target)
            delta.create_write_transaction(
                [file.action() for file in files],
                "overwrite",
                delta.schema(),
                [] if target.window is None else [PARTITION],
                partition_filters=filters,
                commit_properties=properties,
            )
        except CommitFailedError:
            # Uneven pauses, so that writers do not meet again.
            time.sleep(min(5.0, 0.02 * 2**attempt) * random.uniform(0.5, 1.5))  # noqa: S311
        except DeltaError as error:
            raise AnalyticsError(f"{target.table} cannot be written: {first_line(error)}.") from None
        else:
            return
    raise AnalyticsError(f"{target.table}: other writers kept committing; run the window again.")


def first_line(error: Exception) -> str:
    """What an error of the Delta library says, without the stack that may follow."""
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__


def _prepared(target: Target) -> DeltaTable:
    """The table, created when missing and widened by columns it lacks."""
    path = str(target.path)
    if not DeltaTable.is_deltatable(path):
        partitions = None if target.window is None else [PARTITION]
        return DeltaTable.create(
            path, target.schema, mode="ignore", partition_by=partitions, commit_properties=ONE_ATTEMPT
        )
    delta = DeltaTable(path)
    stored = {field.name: field for field in delta.schema().fields}
    wanted = Schema.from_arrow(target.schema).fields
    changed = [f.name for f in wanted if f.name in stored and stored[f.name].type != f.type]
    if changed:
        raise AnalyticsError(
            f"{target.table}: column {changed[0]} would change its type from "
            f"{stored[changed[0]].type}; the table is unchanged."
        )
    added = [Field(f.name, f.type, nullable=True) for f in wanted if f.name not in stored]
    if added:
        delta.alter.set_table_properties(
            {WIDENED: "true"}, raise_if_not_exists=False, commit_properties=ONE_ATTEMPT
        )
        delta = DeltaTable(path)
        delta.alter.add_columns(added, commit_properties=ONE_ATTEMPT)
        delta = DeltaTable(path)
    return delta
