"""Log files: which there are, what each holds, and its rows as a lazy frame numbered from 1.

Belongs here: paths, formats, what makes a file or a row unreadable. Does not: what columns mean.
"""

import csv
import gzip
import hashlib
import json
import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any, Literal, TextIO

import polars as pl
from polars.exceptions import PanicException, PolarsError

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.mapping import FileFormat

# Names that no log uses: Polars mixes up columns when a row index takes the name of one.
ROW = "#row"
PREFIX = "log:"
LINE = "log:line"
FORMATS: dict[str, Literal["parquet", "csv", "jsonl"]] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
SAMPLED_LINES = 10_000


@dataclass(frozen=True)
class Source:
    """One readable file of a log.

    Attributes:
        path: where it lies.
        sha256: hash of its content.
        format: how it is written.
        file_format: how a CSV file separates fields.
        surplus: rows of a CSV file with more fields than its header, by row number: all their fields.
    """

    path: Path
    sha256: str
    format: Literal["parquet", "csv", "jsonl"]
    file_format: FileFormat
    surplus: dict[int, list[str]] = field(default_factory=dict)

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns and their types; text where the format has none, keys of the first lines in JSON."""
        if self.format == "jsonl":
            return dict.fromkeys(self._keys(), pl.String())
        with readable(self.path):
            scanned = self._scan().drop(ROW).collect_schema()
        return {name.removeprefix(PREFIX): dtype for name, dtype in scanned.items()}

    def rows(self) -> pl.LazyFrame:
        """`#row` (its number, Int64, from 1) and the file's columns, named `log:…` to keep clear of ours."""
        return self._scan().with_columns(pl.col(ROW).cast(pl.Int64))

    def has(self, column: str) -> bool:
        """Whether rows may hold this column; `a.b` is the field b within a."""
        return column in self.schema or any(name == column for name, _ in self._fields())

    def value(self, column: str) -> pl.Expr:
        """A column's value in `rows()`, null where a row has none."""
        if self.format == "jsonl":
            path = "".join(f"['{part}']" for part in column.split("."))
            return pl.col(LINE).str.json_path_match(f"${path}")
        if column in self.schema:
            return pl.col(PREFIX + column)
        head, *rest = column.split(".")
        nested = pl.col(PREFIX + head)
        for part in rest:
            nested = nested.struct.field(part)
        return nested

    def dtype(self, column: str) -> pl.DataType:
        """The type of `value(column)`."""
        if self.format == "jsonl":
            return pl.String()
        return self.schema.get(column) or dict(self._fields())[column]

    @property
    def is_blank(self) -> pl.Expr:
        """Whether a row of `rows()` holds nothing at all."""
        if self.format == "jsonl":
            return pl.col(LINE).str.strip_chars() == ""
        if self.format == "csv":
            return pl.all_horizontal(pl.col(PREFIX + name).is_null() for name in self.schema)
        return pl.lit(value=False)

    @property
    def fault(self) -> pl.Expr:
        """Why a row of `rows()` cannot be read, or null."""
        if self.format == "jsonl":
            is_object = pl.col(LINE).str.json_path_match("$").str.starts_with("{").fill_null(value=False)
            return pl.when(~is_object & ~self.is_blank).then(pl.lit("not a JSON object"))
        if self.surplus:
            return pl.when(pl.col(ROW).is_in(list(self.surplus))).then(pl.lit("more fields than the header"))
        return pl.lit(None, dtype=pl.String)

    def originals(self, row_numbers: pl.Series) -> pl.Series:
        """The rows with these numbers (ascending) as JSON texts."""
        frame = self.rows().filter(pl.col(ROW).is_in(row_numbers.implode())).collect()
        if self.format == "jsonl":
            lines = zip(frame[LINE].to_list(), frame.select(self.fault).to_series().to_list(), strict=True)
            return pl.Series([json.dumps(line) if fault else line for line, fault in lines], dtype=pl.String)
        numbers = frame[ROW].to_list()
        rows = frame.drop(ROW).rename(lambda name: name.removeprefix(PREFIX)).iter_rows(named=True)
        texts = [_as_json(self._complete(*pair)) for pair in zip(numbers, rows, strict=True)]
        return pl.Series(texts, dtype=pl.String)

    def _complete(self, number: int, row: dict[str, object]) -> dict[str, object]:
        beyond = self.surplus.get(number, [])[len(row) :]
        return {**row, "": beyond} if beyond else row

    def _scan(self) -> pl.LazyFrame:
        numbered: dict[str, Any] = {"row_index_name": ROW, "row_index_offset": 1, "glob": False}
        match self.format:
            case "parquet":
                scan = pl.scan_parquet(self.path, hive_partitioning=False, **numbered)
            case "jsonl":
                lines = pl.scan_lines(self.path, name="line", **numbered)
                scan = lines.with_columns(pl.col("line").str.strip_prefix("\ufeff"))
            case "csv":
                scan = pl.scan_csv(
                    self.path,
                    separator=self.file_format.delimiter,
                    null_values=list(self.file_format.null_values) or None,
                    infer_schema=False,
                    truncate_ragged_lines=bool(self.surplus),
                    **numbered,
                )
        return scan.rename(lambda name: ROW if name == ROW else PREFIX + name)

    def _keys(self) -> list[str]:
        with readable(self.path):
            lines = pl.scan_lines(self.path, glob=False).head(SAMPLED_LINES).collect()["line"]
        keys: dict[str, None] = {}
        for line in lines.str.strip_prefix("\ufeff"):
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                keys.update(dict.fromkeys(name for name, _ in _paths(row)))
        return list(keys)

    def _fields(self) -> Iterator[tuple[str, pl.DataType]]:
        yield from _struct_fields("", self.schema)


def _as_json(row: dict[str, object]) -> str:
    finite = {k: str(v) if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
    return json.dumps(finite, default=str, ensure_ascii=False)


def _paths(row: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _struct_fields(prefix: str, schema: dict[str, pl.DataType]) -> Iterator[tuple[str, pl.DataType]]:
    for name, dtype in schema.items():
        yield f"{prefix}{name}", dtype
        if isinstance(dtype, pl.Struct):
            yield from _struct_fields(f"{prefix}{name}.", {f.name: f.dtype for f in dtype.fields})  # pyright: ignore[reportArgumentType]


@contextmanager
def readable(path: Path) -> Generator[None]:
    """Turn a failure to read a file into one sentence that names it."""
    try:
        yield
    except (PolarsError, OSError, EOFError, csv.Error, UnicodeDecodeError, PanicException) as error:
        text = " ".join(str(error).split("\n\n")[0].split())
        raise AnalyticsError(
            f"{path} cannot be read: {text[:240].rstrip('.')}; nothing was ingested."
        ) from None


def find_files(path: str, suffixes: Sequence[str] = tuple(FORMATS)) -> list[Path]:
    """Log files that a path means: a file, those below a folder, or those that a glob matches; sorted.

    Args:
        path: the file, the folder or the glob.
        suffixes: endings of names that are log files.

    Raises:
        AnalyticsError: there are none, or a single file has an unknown format.
    """
    place = Path(path)
    if place.is_file():
        found = [place]
    elif place.is_dir():
        found = sorted(file for file in place.rglob("*") if file.is_file() and _suffix(file, suffixes))
    else:
        found = sorted(
            file
            for name in glob(path, recursive=True)  # noqa: PTH207 (an absolute glob)
            if (file := Path(name)).is_file()
        )
    if not found:
        raise AnalyticsError(
            f"No log file at {path}: give a file, a folder or a glob of {', '.join(suffixes)}."
        )
    unknown = next((file for file in found if not _suffix(file, suffixes)), None)
    if unknown is not None:
        raise AnalyticsError(
            f"{unknown} has an unknown format: its name must end in one of {', '.join(suffixes)}."
        )
    return found


def open_source(path: Path, file_format: FileFormat) -> Source:
    """A file, looked at: hashed, sniffed, and its columns read.

    Raises:
        AnalyticsError: it is empty, not what its name says, or not UTF-8 text.
    """
    source = unopened_source(path, file_format)
    if not source.schema:
        raise AnalyticsError(f"{path} holds no JSON objects, one a line; nothing was ingested.")
    return source


def unopened_source(path: Path, file_format: FileFormat) -> Source:
    """A file, hashed and sniffed, its columns not read.

    Raises:
        AnalyticsError: it is empty, not what its name says, or not UTF-8 text.
    """
    with readable(path), path.open("rb") as stream:
        head = stream.read(4096)
        stream.seek(0)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    source = Source(path, sha256, FORMATS.get(_suffix(path, tuple(FORMATS)), "jsonl"), file_format)
    if not head:
        raise AnalyticsError(f"{path} is empty: nothing was ingested.")
    if source.format != "parquet" and head[:2] != b"\x1f\x8b":
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise AnalyticsError(f"{path} is UTF-16 text: save it as UTF-8; nothing was ingested.")
        if b"\0" in head:
            raise AnalyticsError(f"{path} holds binary data, not {source.format}; nothing was ingested.")
    return source


def surplus_rows(source: Source) -> dict[int, list[str]]:
    """Rows of a CSV file with more fields than its header, by row number: all their fields."""
    with readable(source.path), _open_text(source.path) as stream:
        rows = csv.reader(stream, delimiter=source.file_format.delimiter)
        width = len(next(rows, []))
        return {number: row for number, row in enumerate(rows, 1) if len(row) > width}


def _open_text(path: Path) -> TextIO:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _suffix(path: Path, suffixes: Sequence[str]) -> str:
    name = path.name.lower()
    return max((suffix for suffix in suffixes if name.endswith(suffix)), key=len, default="")
