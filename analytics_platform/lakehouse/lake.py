"""The lake: where each table lies, what it holds, and writes that replace a window in one commit."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.snapshot import PinnedTable, Snapshot
from analytics_platform.lakehouse.window import Window
from analytics_platform.lakehouse.writer import TableWriter, Target, first_line

PARTITION = "event_date"


@dataclass(frozen=True)
class Lake:
    """All tables below one folder, `{root}/{schema}/{table}`, each a Delta table.

    Every write is one atomic commit; readers pin versions by `snapshot`.
    """

    root: Path

    def path(self, table: str) -> Path:
        schema, _, name = table.partition(".")
        if not schema or not name:
            raise AnalyticsError(f"{table!r} is not a table name: write schema.table.")
        return self.root / schema / name

    def exists(self, table: str) -> bool:
        return DeltaTable.is_deltatable(str(self.path(table)))

    def tables(self) -> list[str]:
        """Names of all tables in the lake, sorted."""
        logs = self.root.glob("*/*/_delta_log")
        return sorted(f"{log.parent.parent.name}.{log.parent.name}" for log in logs)

    def open(self, table: str, as_of: datetime | int | None = None) -> DeltaTable:
        """The Delta table, at its newest version or at a version number or instant.

        Raises:
            AnalyticsError: there is no such table, not at that time, or its log cannot be read.
        """
        if not self.exists(table):
            raise AnalyticsError(
                f"Table {table} is not in the lake {self.root}: `analytics-platform tables` lists "
                "what is there, `analytics-platform run` builds the rest."
            )
        try:
            delta = DeltaTable(str(self.path(table)))
            if as_of is not None:
                _travel(delta, table, as_of)
        except (DeltaError, ValueError) as error:
            when = "" if as_of is None else f" as of {as_of}"
            raise AnalyticsError(f"Table {table}{when} cannot be read: {first_line(error)}.") from None
        return delta

    def snapshot(self, tables: Iterable[str], as_of: datetime | int | None = None) -> Snapshot:
        """Pin each table's version now (or as of then): the files to read, whatever is written later.

        Raises:
            AnalyticsError: a table is missing or cannot be read.
        """
        pinned = (PinnedTable.of(name, self.open(name, as_of)) for name in tables)
        return Snapshot({table.name: table for table in pinned})

    def scan(self, table: str) -> pl.LazyFrame:
        """The table's newest version as a lazy frame."""
        return self.snapshot([table]).scan(table)

    def claim(self, table: str, schema: pa.Schema, mark: str, value: str) -> str:
        """Create a daily table with a lasting mark, unless it exists; returns the mark that it bears."""
        if not self.exists(table):
            DeltaTable.create(
                str(self.path(table)),
                schema,
                mode="ignore",
                partition_by=[PARTITION],
                configuration={mark: value},
                raise_if_key_not_exists=False,
            )
        return self.open(table).metadata().configuration.get(mark, value)

    def days(self, table: str) -> list[date]:
        """Reporting days that hold rows, sorted; empty without the table."""
        if not self.exists(table):
            return []
        partitions = self.open(table).partitions()
        return sorted({date.fromisoformat(part[PARTITION]) for part in partitions})

    def replace_days(
        self,
        table: str,
        window: Window,
        batches: Iterable[pa.Table | pa.RecordBatch],
        schema: pa.Schema,
        note: Mapping[str, str] | None = None,
    ) -> int:
        """Replace the rows of a window in one commit; days without rows become empty.

        Args:
            table: `schema.table`, created when missing.
            window: days replaced; a row of another day is refused.
            batches: rows, sorted by `event_date`; held in memory a day at a time.
            schema: columns of the table; new columns are added, absent ones read as null.
            note: kept with the commit, such as the versions read.

        Returns:
            Rows written.

        Raises:
            AnalyticsError: a row lies outside the window or has another schema; nothing is changed.
        """
        return self._write(table, batches, schema, note, window)

    def replace(
        self,
        table: str,
        batches: Iterable[pa.Table | pa.RecordBatch],
        schema: pa.Schema,
        note: Mapping[str, str] | None = None,
    ) -> int:
        """Replace an unpartitioned table whole in one commit; returns rows written."""
        return self._write(table, batches, schema, note, None)

    @contextmanager
    def writing(
        self, table: str, window: Window | None, schema: pa.Schema, note: Mapping[str, str] | None = None
    ) -> Generator[TableWriter]:
        """A writer that takes rows piece by piece: committed at the end, undone on an error.

        See `replace_days` for the arguments; a window of None replaces an unpartitioned table.
        """
        writer = TableWriter(Target(table, self.path(table), schema, window))
        try:
            yield writer
            writer.commit(note or {})
        except BaseException:
            writer.abort()
            raise

    def _write(
        self,
        table: str,
        batches: Iterable[pa.Table | pa.RecordBatch],
        schema: pa.Schema,
        note: Mapping[str, str] | None,
        window: Window | None,
    ) -> int:
        with self.writing(table, window, schema, note) as writer:
            for rows in _tables(batches):
                writer.add(rows)
        return writer.rows


def _travel(delta: DeltaTable, table: str, as_of: datetime | int) -> None:
    """Load the version in force at a moment; delta-rs alone gives the first one to any earlier moment."""
    newest = delta.version()
    if isinstance(as_of, int) and as_of > newest:
        raise AnalyticsError(f"Table {table} has no version {as_of}: the newest is {newest}.")
    delta.load_as_version(as_of)
    if isinstance(as_of, datetime) and delta.version() == 0:
        created = datetime.fromtimestamp(delta.history(1)[0]["timestamp"] / 1000, UTC)
        if as_of < created:
            raise AnalyticsError(f"Table {table} was not there at {as_of}: it was created at {created}.")


def _tables(batches: Iterable[pa.Table | pa.RecordBatch]) -> Iterator[pa.Table]:
    for batch in batches:
        yield batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
