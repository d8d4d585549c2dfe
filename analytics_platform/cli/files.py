"""Files that results are written to: format by extension, visible only when complete."""

import gzip
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from analytics_platform.cli.formats import WRITERS, notes
from analytics_platform.errors import AnalyticsError

FORMATS = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".json": "json",
    ".json.gz": "json",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".parquet": "parquet",
}


def file_format(file: Path) -> str:
    """The format that a file's extension names.

    Raises:
        AnalyticsError: it names none that is known.
    """
    for extension, name in FORMATS.items():
        if file.name.lower().endswith(extension):
            return name
    raise AnalyticsError(f"{file}: end the file's name with one of {', '.join(FORMATS)}.")


def write_file(rows: pa.RecordBatchReader, file: Path) -> int:
    """Write rows to a file, whole or not at all; returns how many.

    Raises:
        AnalyticsError: the extension names no format, or the file cannot be written.
    """
    write = WRITERS[file_format(file)]
    columns = (SpinnerColumn(), TextColumn(f"{file.name}: {{task.completed:,.0f}} rows"), TimeElapsedColumn())
    quiet = not notes.is_terminal
    with (
        _replaced(file) as stream,
        Progress(*columns, console=notes, transient=True, disable=quiet) as progress,
    ):
        task = progress.add_task("rows", total=None)

        def passed_on() -> Iterator[pa.RecordBatch]:
            for batch in rows:
                yield batch
                progress.advance(task, batch.num_rows)

        write(pa.RecordBatchReader.from_batches(rows.schema, passed_on()), stream)
        return int(progress.tasks[0].completed)


@contextmanager
def _replaced(file: Path) -> Generator[BinaryIO]:
    """A stream whose content becomes the file on success; on any error the file is as it was."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            if file.suffix == ".gz":
                # No name and time inside: the same rows give the same bytes.
                with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
                    yield cast("BinaryIO", packed)
            else:
                yield stream
        part.replace(file)
    except OSError as error:
        # An error of the query comes through as an OSError without a number.
        if error.errno is None:
            raise
        raise AnalyticsError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
