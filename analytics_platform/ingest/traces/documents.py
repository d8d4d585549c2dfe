"""Files of exports as documents: JSON, JSON Lines, CSV, Parquet; bad lines told from bad files."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.sources import FORMATS
from analytics_platform.ingest.traces.records import Record, faulty

SUFFIXES = (*FORMATS, ".json", ".json.gz")
LONGEST_FIELD = 2**31 - 1
ROWS_AT_ONCE = 2_000


def documents(path: Path) -> Iterator[object | Record]:
    """The documents of a file in order: rows of a table, or JSON values; a faulty record for a bad line.

    Raises:
        AnalyticsError: nothing in the file is JSON.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".parquet"):
        return _parquet_rows(path)
    if name.endswith(".csv"):
        return _csv_rows(path)
    return _lines(path) if name.endswith((".jsonl", ".ndjson")) else _json(path)


def _parquet_rows(path: Path) -> Iterator[object]:
    scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    for first_row in range(0, scan.select(pl.len()).collect().item(), ROWS_AT_ONCE):
        yield from scan.slice(first_row, ROWS_AT_ONCE).collect().iter_rows(named=True)


def _csv_rows(path: Path) -> Iterator[object | Record]:
    csv.field_size_limit(LONGEST_FIELD)
    with _opened(path) as stream:
        for row in csv.DictReader(stream, restkey=""):
            yield faulty(row, "more fields than the header") if "" in row else row


def _lines(path: Path) -> Iterator[object | Record]:
    is_sound = False
    with _opened(path) as stream:
        for line in stream:
            if line.strip():
                document = _parsed(line)
                is_sound |= not isinstance(document, Record)
                yield document
    if not is_sound:
        raise AnalyticsError(f"{path} holds no JSON objects, one a line; nothing was ingested.")


def _json(path: Path) -> Iterator[object | Record]:
    """One document, or one a line, as the collector's file exporter writes them."""
    with _opened(path) as stream:
        text = stream.read()
    fault = None
    try:
        yield json.loads(text)
    except RecursionError:
        raise AnalyticsError(f"{path} nests too deeply to be read; nothing was ingested.") from None
    except ValueError as error:
        fault = error
    if fault is None:
        return
    lines = [_parsed(line) for line in text.splitlines() if line.strip()]
    if not any(isinstance(line, dict) for line in lines):
        raise AnalyticsError(f"{path} is not JSON: {fault}; nothing was ingested.")
    yield from lines


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return faulty(line.rstrip("\r\n"), "not a JSON object")


def _opened(path: Path) -> TextIO:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
