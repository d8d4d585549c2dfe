"""Small log files and mappings for the tests of `ingest`, and short ways to ingest them."""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.ingest import Mapping, Summary, Terms, ingest, parse_mapping
from analytics_platform.ingest.mapping import FileFormat
from analytics_platform.ingest.sources import Source, open_source
from analytics_platform.ingest.staging import Reading
from analytics_platform.lakehouse import Lake

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
HEADER = ("id", "user", "time", "action", "stars", "seconds", "os")

MAPPING = """
user: {column: user}
time: {column: time}
event_id: {column: id}
events:
  - event_name: {column: action, values: {rate: rated}, otherwise: feature_used}
    feature: {column: action, values: {rate: chat}}
    engagement_seconds: {column: seconds}
    llm_rating: {column: stars}
ignore:
  - action: [ping]
platform: {column: os}
"""

WITHOUT_IDS = MAPPING.replace("event_id: {column: id}\n", "")


def mapped(text: str = MAPPING) -> Mapping:
    """A mapping from its YAML."""
    return parse_mapping(text, "mapping.yaml")


def row(number: int = 1, **columns: object) -> dict[str, object]:
    """A good row of a log: ten seconds of `quiz` on the web."""
    good = {
        "id": number,
        "user": "ann",
        "time": f"2025-05-01T09:{number % 60:02}:00Z",
        "action": "quiz",
        "stars": None,
        "seconds": 10,
        "os": "Web",
    }
    return good | columns


def write_csv(path: Path, rows: Iterable[dict[str, object]], delimiter: str = ",") -> Path:
    """Write rows as CSV, gzipped where the name says so."""
    lines = [delimiter.join(HEADER)]
    lines += [delimiter.join("" if r.get(c) is None else str(r[c]) for c in HEADER) for r in rows]
    return write_text(path, "\n".join(lines) + "\n")


def write_jsonl(path: Path, rows: Iterable[dict[str, object]]) -> Path:
    """Write rows as JSON lines, gzipped where the name says so."""
    return write_text(path, "".join(json.dumps(r) + "\n" for r in rows))


def write_parquet(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Write rows as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(path)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text, gzipped where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def ingested(lake: Lake, path: Path | str, mapping: str = MAPPING, **terms: Any) -> Summary:
    """Ingest with the clock at 2025-06-01, writing whatever the share of bad rows."""
    return ingest(lake, str(path), mapped(mapping), UTC_ZONE, Terms(**{"accept": True, "now": NOW} | terms))


def reading(path: Path, mapping: str = MAPPING, zone: str = "UTC") -> Reading:
    """A file read by a mapping, with the clock at 2025-06-01."""
    meaning = mapped(mapping)
    return Reading(open_source(path, meaning.file), meaning, ZoneInfo(zone), NOW)


def opened(path: Path, **file_format: Any) -> Source:
    """A file, looked at."""
    return open_source(path, FileFormat(**file_format))


def rows_of(lake: Lake, table: str) -> pl.DataFrame:
    """All rows of a table, in an order of their own."""
    frame = lake.scan(table).collect()
    return frame.sort(frame.columns)


def versions(lake: Lake) -> dict[str, int]:
    """The version of every table."""
    return lake.snapshot(lake.tables()).versions


def quarantined(lake: Lake) -> list[tuple[int, str]]:
    """Row numbers and reasons in quarantine."""
    rows = lake.scan("raw.quarantine").select("row_number", "reason").collect()
    return sorted(rows.iter_rows())
