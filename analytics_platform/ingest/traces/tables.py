"""Files of traces as tables of rows: tables as they lie, exports with one row for each record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from analytics_platform.ingest.sources import (
    PREFIX,
    Source,
    open_source,
    readable,
    surplus_rows,
    unopened_source,
)
from analytics_platform.ingest.traces import langfuse, otel, phoenix
from analytics_platform.ingest.traces.documents import documents
from analytics_platform.ingest.traces.mapping import TraceMapping
from analytics_platform.ingest.traces.records import Kind, Record
from analytics_platform.ingest.traces.values import as_json

KIND, TRACE, FAULT, ORIGINAL = "record.kind", "record.trace", "record.fault", "record.original"
READERS: dict[str, Callable[[object], Iterator[Record]]] = {
    "otel": otel.records,
    "langfuse": langfuse.records,
    "phoenix": phoenix.records,
}
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class TraceTable:
    """The rows of one file.

    Attributes:
        path: the file.
        sha256: hash of its content.
        source: its rows; of an export, the table that was made of it.
        is_export: whether rows are records of an export, each with its kind.
    """

    path: Path
    sha256: str
    source: Source
    is_export: bool

    def is_kind(self, kind: Kind) -> pl.Expr:
        """Whether a row is of this kind; all rows of a table are of the kind that is asked for."""
        return pl.col(PREFIX + KIND) == kind if self.is_export else pl.lit(value=True)

    @property
    def trace(self) -> pl.Expr:
        """What joins the records of a request; null in tables."""
        return pl.col(PREFIX + TRACE) if self.is_export else pl.lit(None, dtype=pl.String)

    @property
    def fault(self) -> pl.Expr:
        """Why a row cannot be read, or null."""
        return pl.col(PREFIX + FAULT) if self.is_export else self.source.fault

    @property
    def is_blank(self) -> pl.Expr:
        """Whether a row holds nothing at all."""
        return pl.lit(value=False) if self.is_export else self.source.is_blank

    @property
    def height(self) -> int:
        """How many rows there are."""
        with readable(self.path):
            return self.source.rows().select(pl.len()).collect(engine="streaming").item()

    def originals(self, row_numbers: pl.Series) -> pl.Series:
        """The rows with these numbers (ascending) as JSON texts."""
        if not self.is_export:
            return self.source.originals(row_numbers)
        kept = self.source.rows().filter(pl.col("#row").is_in(row_numbers.implode()))
        return kept.select(PREFIX + ORIGINAL).collect().to_series()

    def with_surplus(self) -> "TraceTable":
        """The same table, its rows wider than the header known."""
        return replace(self, source=replace(self.source, surplus=surplus_rows(self.source)))


def open_table(path: Path, mapping: TraceMapping) -> TraceTable:
    """A table, looked at; an export is only hashed, and has no rows before `read`.

    Raises:
        AnalyticsError: it is empty, not what its name says, or not UTF-8 text.
    """
    if mapping.format == "table":
        source = open_source(path, mapping.file)
        return TraceTable(path, source.sha256, source, is_export=False)
    source = unopened_source(path, mapping.file)
    return TraceTable(path, source.sha256, source, is_export=True)


def read(table: TraceTable, mapping: TraceMapping, target: Path) -> TraceTable:
    """The table with rows: of an export, its records are written to the target, a few at a time.

    Raises:
        AnalyticsError: the file cannot be read to its end.
    """
    if not table.is_export:
        return table
    columns = mapping.columns
    schema = dict.fromkeys([KIND, TRACE, FAULT, ORIGINAL, *columns], pl.String)
    reader = READERS[mapping.format]
    with (
        readable(table.path),
        pq.ParquetWriter(target, pl.DataFrame(schema=schema).to_arrow().schema) as writer,
    ):
        rows = (_row(record, columns) for record in _records(table.path, reader))
        while texts := list(islice(rows, ROWS_AT_ONCE)):
            frame = pl.DataFrame(texts, schema=schema, orient="row")
            writer.write_table(frame.to_arrow())
    return replace(table, source=replace(table.source, path=target, format="parquet"))


def _records(path: Path, reader: Callable[[object], Iterator[Record]]) -> Iterator[Record]:
    for document in documents(path):
        if isinstance(document, Record):
            yield document
        else:
            yield from reader(document)


def _row(record: Record, columns: tuple[str, ...]) -> tuple[str | None, ...]:
    values = (None if record.fault else record.text(name) for name in columns)
    return (record.kind, record.trace, record.fault, as_json(record.original), *values)
