import json
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    quarantined,
    write_text,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    ingested,
    span,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "", "a.json is empty"),
        ("a.json", "{", "a.json is not JSON"),
        ("a.json", "nonsense\nmore", "a.json is not JSON"),
        ("a.jsonl", "nonsense\n", "holds no JSON objects"),
        ("a.json", "\0\0", "holds binary data"),
        ("a.json", "[" * 100_000, "nests too deeply"),
        ("a.parquet", "PAR1 no", "cannot be read"),
        ("a.txt", "{}", "has an unknown format"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, lake: Lake, name: str, text: str, message: str
):
    with pytest.raises(AnalyticsError, match=message):
        ingested(lake, write_text(tmp_path / name, text), "otel")
    assert lake.tables() == []


def test_damaged_lines_are_quarantined_alone(tmp_path: Path, lake: Lake):
    good = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span(1)]}]}]})
    path = write_text(
        tmp_path / "spans.json", f'{good}\n{{"resourceSpans": [\n\n{good.replace("0001", "0002")}\n'
    )
    summary = ingested(lake, path, "otel")
    assert (summary.totals.interactions, quarantined(lake)) == (2, [(2, "not a JSON object")])
