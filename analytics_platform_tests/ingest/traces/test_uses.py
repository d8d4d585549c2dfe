from pathlib import Path

import polars as pl
import pytest

from analytics_platform.ingest.identifiers import hash_text
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    ingested as ingested_events,
)
from analytics_platform_tests.ingest.small_files import (
    row,
    write_jsonl,
)
from analytics_platform_tests.ingest.small_files import (
    write_csv as write_events,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    TABLE,
    by_source,
    call,
    ingested,
    mapped,
    rows,
)
from analytics_platform_tests.raw_rows import instant


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_calls_give_uses_unless_a_log_tells_of_them(tmp_path: Path, lake: Lake):
    named = """
user: {column: user}
time: {column: time}
interaction: {column: call}
events: [{event_name: feature_used, feature: quiz}]
"""
    log: list[dict[str, object]] = [
        {"user": "ann", "time": "2025-05-01T09:01:00Z", "call": "c1"},
        {"user": "bob", "time": "2025-05-01T09:01:00Z", "call": None},
    ]
    ingested_events(lake, write_jsonl(tmp_path / "log.jsonl", log), named)
    calls = [call(1), call(2), call(3, user="bob"), call(4, user="bob", time="2025-05-02T09:00:00Z")]
    summary = ingested(lake, write_jsonl(tmp_path / "calls.jsonl", calls), mapped(TABLE))
    assert (summary.totals.interactions, summary.totals.events) == (4, 2)
    uses = lake.scan("raw.events").filter(pl.col("interaction_id").is_not_null()).collect()
    assert sorted(uses["interaction_id"]) == sorted(hash_text(f"c{n}") for n in (1, 2, 4))
    assert uses["event_id"].n_unique() == 3
    assert uses["engagement_seconds"].null_count() == 3


def test_uses_can_be_left_out(tmp_path: Path, lake: Lake):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1)]), mapped(f"{TABLE}events: none\n"))
    assert lake.scan("raw.events").collect().is_empty()
    assert len(by_source(lake)) == 1


def test_people_are_added_as_logs_add_them(tmp_path: Path, lake: Lake):
    people = f"{TABLE}role: {{column: role}}\ncountry: {{column: country}}\nplatform: {{column: os}}\n"
    write_events(tmp_path / "log.csv", [row(1, user="ann", time="2025-05-03T09:00:00Z")])
    ingested_events(lake, tmp_path / "log.csv")
    calls = [
        call(1, user="ann"),
        call(2, user="eve", role="Teacher", country="de", os="iOS"),
        call(3, user="max"),
    ]
    summary = ingested(lake, write_jsonl(tmp_path / "calls.jsonl", calls), mapped(people))
    assert (summary.users_added, summary.users_changed) == (2, 1)
    found = {r["source_user_id"]: (r["role"], r["country"], r["platform"]) for r in rows(lake, "raw.users")}
    assert found == {
        "ann": ("student", "ZZ", "web"),
        "eve": ("teacher", "DE", "ios"),
        "max": ("student", "ZZ", "other"),
    }
    assert lake.scan("raw.users").collect()["signed_up_at"].min() == instant(0, "09:01").replace(
        year=2025, month=5, day=1
    )
