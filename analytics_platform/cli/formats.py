"""How results are printed and written: table, CSV, JSON, JSON Lines, Parquet."""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Annotated, BinaryIO, Literal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Format = Literal["table", "csv", "json"]
FormatOption = Annotated[
    Format, typer.Option("--format", help="How to print the result; csv and json carry nothing else.")
]

SHOWN_ROWS = 200
WIDE = 10_000
ROWS_PER_GROUP = 1_000_000

notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
"""Where everything goes that is not the result."""


def show(rows: pl.DataFrame, form: Format, title: str = "") -> None:
    """Print a small result to standard output.

    Args:
        rows: the result.
        form: how to print it.
        title: heading of a table; left out of csv and json.
    """
    if form == "table":
        show_table(rows, title)
    else:
        sys.stdout.flush()
        WRITERS[form](rows.to_arrow().to_reader(), sys.stdout.buffer)


def show_table(rows: pl.DataFrame, title: str = "") -> None:
    """Print a result as a table for people: the first rows, numbers at the right."""
    screen = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    if title:
        screen.print(Text(title), "")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, kind in rows.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left", overflow="fold")
    for row in rows.head(SHOWN_ROWS).iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    screen.print(table)
    if rows.height > SHOWN_ROWS:
        notes.print(f"{SHOWN_ROWS} of {rows.height:,} rows shown; --format csv or json gives them all.")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


def _write_csv(reader: pa.RecordBatchReader, stream: BinaryIO) -> None:
    stream.write(_frame(reader.schema.empty_table()).write_csv().encode())
    stream.writelines(frame.write_csv(include_header=False).encode() for frame in _frames(reader))


def _write_json(reader: pa.RecordBatchReader, stream: BinaryIO) -> None:
    separator = b"[\n"
    for frame in _frames(reader):
        for line in frame.write_ndjson().rstrip("\n").split("\n"):
            stream.write(separator + line.encode())
            separator = b",\n"
    stream.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def _write_json_lines(reader: pa.RecordBatchReader, stream: BinaryIO) -> None:
    stream.writelines(frame.write_ndjson().encode() for frame in _frames(reader))


def _write_parquet(reader: pa.RecordBatchReader, stream: BinaryIO) -> None:
    with pq.ParquetWriter(stream, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch, row_group_size=ROWS_PER_GROUP)


WRITERS: dict[str, Callable[[pa.RecordBatchReader, BinaryIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_json_lines,
    "parquet": _write_parquet,
}
"""Writers of a stream of rows, by format."""


def _frames(batches: Iterable[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    return (_frame(pa.Table.from_batches([batch])) for batch in batches)


def _frame(rows: pa.Table) -> pl.DataFrame:
    """Rows as a frame whose instants are ISO 8601 text in UTC."""
    frame = pl.DataFrame(rows)
    return frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
