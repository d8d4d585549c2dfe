"""Parquet files of one write and the Delta commit that makes them visible together.

Files are written here rather than by delta-rs because its partitioned writer keeps every day of a
window open in memory and encodes 2–3 times slower; see docs/adr/0002-write-files-then-commit.md.
"""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.window import Window

PARTITION = "event_date"
ROWS_PER_GROUP = 1_000_000
COMMIT_ATTEMPTS = 12


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


def write_files(target: Target, tables: Iterable[pa.Table]) -> list[WrittenFile]:
    """Write one file a day (or one in all); on any error remove what was written and raise."""
    files: list[WrittenFile] = []
    try:
        for day, table in _by_day(target, tables):
            files.append(_write_file(target, day, table))
    except BaseException:
        for file in files:
            (target.path / file.relative_path).unlink(missing_ok=True)
        raise
    return files


def _by_day(target: Target, tables: Iterable[pa.Table]) -> Iterator[tuple[date | None, pa.Table]]:
    if target.window is None:
        whole = [_conform(table, target) for table in tables]
        if any(table.num_rows for table in whole):
            yield None, pa.concat_tables(whole)
        return
    current: date | None = None
    pending: list[pa.Table] = []
    for table in tables:
        for day, rows in _split(_conform(table, target)):
            if day != current and pending:
                yield current, pa.concat_tables(pending)
                pending = []
            if day not in target.window or (current is not None and day < current):
                raise AnalyticsError(
                    f"{target.table}: a row of {day} came outside the window {target.window} or out "
                    "of order; the table is unchanged."
                )
            current = day
            pending.append(rows)
    if pending:
        yield current, pa.concat_tables(pending)


def _split(table: pa.Table) -> Iterator[tuple[date, pa.Table]]:
    """A table's runs of equal days, in order."""
    if not table.num_rows:
        return
    days = table[PARTITION].combine_chunks()
    if days.null_count:
        raise AnalyticsError(f"{days.null_count} rows without event_date; the table is unchanged.")
    ends = pc.run_end_encode(days)
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
    integers = [f.name for f in table.schema if pa.types.is_int64(f.type) or pa.types.is_timestamp(f.type)]
    others = [f.name for f in table.schema if f.name not in integers]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=ROWS_PER_GROUP,
        use_dictionary=others,
        column_encoding=dict.fromkeys(integers, "DELTA_BINARY_PACKED"),
        store_schema=False,
    )
    return WrittenFile(relative_path, path.stat().st_size, table.num_rows, day)


def commit(target: Target, files: list[WrittenFile], note: Mapping[str, str]) -> None:
    """Make the files the only content of the window, in one Delta commit.

    A concurrent commit makes delta-rs refuse; the files are right whatever the others wrote, so the
    commit alone is tried again on the newest version. Of two writers of one window the later wins.

    Raises:
        AnalyticsError: other writers kept winning for a minute.
    """
    for attempt in range(COMMIT_ATTEMPTS):
        delta = _prepared(target)
        filters = None
        if target.window is not None:
            first, last = target.window.first_day.isoformat(), target.window.last_day.isoformat()
            filters = [(PARTITION, ">=", first), (PARTITION, "<=", last)]
        try:
            delta.create_write_transaction(
                [file.action() for file in files],
                "overwrite",
                delta.schema(),
                [] if target.window is None else [PARTITION],
                partition_filters=filters,
                commit_properties=CommitProperties(custom_metadata=dict(note)),
            )
        except CommitFailedError:
            time.sleep(min(5.0, 0.02 * 2**attempt))
        else:
            return
    raise AnalyticsError(f"{target.table}: other writers kept committing; run the window again.")


def _prepared(target: Target) -> DeltaTable:
    """The table, created when missing and widened by columns it lacks."""
    path = str(target.path)
    if not DeltaTable.is_deltatable(path):
        partitions = None if target.window is None else [PARTITION]
        return DeltaTable.create(path, target.schema, mode="ignore", partition_by=partitions)
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
        delta.alter.add_columns(added)
        delta = DeltaTable(path)
    return delta
