"""Short ways to ingest traces and to write spans as OTLP writes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import polars as pl

from analytics_platform.ingest import Summary, Terms, TraceFormat, TraceMapping, default_mapping, ingest
from analytics_platform.ingest.mapping_file import parse_any_mapping
from analytics_platform.ingest.traces import otel
from analytics_platform.ingest.traces.records import Record
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import NOW, UTC_ZONE

REPOSITORY = Path(__file__).parents[3]
RECORDED = Path(__file__).parent / "recorded"
MORNING = 1_746_090_000  # 2025-05-01 09:00 UTC

TABLE = """
kind: interactions
interaction: {column: id}
user: {column: user}
time: {column: time}
model_version: {column: model}
status: {column: status}
feature: {column: feature}
input_tokens: {column: tokens}
latency: {column: seconds}
cost: {column: usd}
source_text: {columns: [title, note]}
output_text: {column: answer}
grade_level: {column: grade}
"""
RATINGS = """
kind: human_ratings
interaction: {column: id}
rater: {column: rater}
rater_group: {column: group}
time: {column: time}
criterion: {column: what}
score: {column: score}
"""


def mapped(text: str, trace_format: TraceFormat | None = None) -> TraceMapping:
    """A mapping of traces from its YAML."""
    return cast("TraceMapping", parse_any_mapping(text, "mapping.yaml", trace_format))


def ingested(lake: Lake, path: Path | str, mapping: TraceMapping | TraceFormat, **terms: Any) -> Summary:
    """Ingest with the clock at 2025-06-01, writing whatever the share of bad rows."""
    meaning = mapping if isinstance(mapping, TraceMapping) else default_mapping(mapping)
    stated: dict[str, Any] = {"accept": True, "now": NOW, **terms}
    return ingest(lake, str(path), meaning, UTC_ZONE, Terms(**stated))


def call(number: int = 1, **columns: object) -> dict[str, object]:
    """A good row of a table of calls."""
    good = {
        "id": f"c{number}",
        "user": "ann",
        "time": f"2025-05-01T09:{number % 60:02}:00Z",
        "model": "m-1",
        "status": "ok",
        "feature": "quiz",
        "tokens": 7,
        "seconds": 1.234,
        "usd": 0.001,
        "title": "Rivers",
        "note": "Rivers carry sand.",
        "answer": "They do.",
        "grade": 9,
    }
    return good | columns


def rating(number: int = 1, **columns: object) -> dict[str, object]:
    """A good row of a table of ratings."""
    good = {
        "id": f"c{number}",
        "rater": "expert",
        "group": "teacher",
        "time": "2025-05-02T10:00:00Z",
        "what": "helpful",
        "score": 4,
    }
    return good | columns


def attribute(key: str, value: object) -> dict[str, object]:
    """An attribute as OTLP/JSON writes it."""
    return {"key": key, "value": any_value(value)}


def any_value(value: object) -> dict[str, object]:
    """An AnyValue as OTLP/JSON writes it: 64-bit integers as texts."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [any_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": [attribute(k, v) for k, v in value.items()]}}
        case _:
            return {"stringValue": value}


def span(number: int = 1, attributes: dict[str, object] | None = None, **fields: Any) -> dict[str, Any]:
    """A span of a chat, a second long."""
    start = MORNING + number
    held = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m-1",
        "user.id": "ann",
        **(attributes or {}),
    }
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "chat m-1",
        "startTimeUnixNano": f"{start}000000000",
        "endTimeUnixNano": f"{start + 1}000000000",
        "attributes": [attribute(key, value) for key, value in held.items() if value is not None],
        **fields,
    }


def request(*spans: object) -> dict[str, Any]:
    """An export request with these spans."""
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


def write_otel(path: Path, *spans: object) -> Path:
    """Write an export request."""
    path.write_text(json.dumps(request(*spans)), encoding="utf-8")
    return path


def record_of(attributes: dict[str, object], **fields: Any) -> Record:
    """The record of one span with these attributes beside those of a chat."""
    return next(otel.records(request(span(1, attributes, **fields))))


def rows(lake: Lake, table: str) -> Iterator[dict[str, Any]]:
    """Rows of a table in order of their keys, as objects."""
    frame = lake.scan(table).collect()
    return pl.DataFrame(frame.sort(frame.columns[:3])).iter_rows(named=True)


def by_source(lake: Lake) -> dict[str, dict[str, Any]]:
    """Calls of the lake by the id that the trace gives them."""
    return {row["source_interaction_id"]: row for row in rows(lake, "raw.interactions")}
