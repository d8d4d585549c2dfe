from pathlib import Path
from typing import Any

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest import writing
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    ingested as ingested_events,
)
from analytics_platform_tests.ingest.small_files import (
    quarantined,
    rows_of,
    versions,
    write_jsonl,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    REPOSITORY,
    TABLE,
    by_source,
    call,
    ingested,
    mapped,
    span,
    write_otel,
)
from analytics_platform_tests.raw_rows import event, instant, write_raw


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_the_same_files_again_change_no_table(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2, user=None)])
    ingested(lake, path, mapped(TABLE))
    ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")
    before = versions(lake)
    again = ingested(lake, path, mapped(f"# a comment\n{TABLE}"))
    assert (again.outcome, again.files[0].is_known) == ("unchanged", True)
    assert ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel").outcome == "unchanged"
    assert versions(lake) == before


@pytest.mark.parametrize("step", ["add_rows", "write_users", "write_quarantine", "write_ledger"])
def test_a_run_cut_short_is_mended_by_running_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    whole, cut = Lake(tmp_path / "whole"), Lake(tmp_path / "cut")
    path = write_otel(tmp_path / "spans.json", *(span(n) for n in range(1, 5)), span(9, {"user.id": None}))
    ingested(whole, path, "otel")
    finish, times = getattr(writing, step), []

    def fail(*arguments: Any) -> None:
        times.append(step)
        if step != "add_rows" or len(times) > 1:
            raise KeyboardInterrupt
        finish(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(writing, step, fail)
        with pytest.raises(KeyboardInterrupt):
            ingested(cut, path, "otel")
    ingested(cut, path, "otel")
    for table in ("raw.interactions", "raw.events", "raw.users"):
        assert rows_of(cut, table).equals(rows_of(whole, table))
    assert quarantined(cut) == quarantined(whole) == [(5, "missing user_id")]


def test_a_simulated_lake_is_refused(lake: Lake):
    write_raw(lake, events=[event(instant(0), 1)])
    with pytest.raises(AnalyticsError, match="holds simulated events"):
        ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")


def test_a_table_may_be_read_as_events_and_as_calls(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2)])
    ingested(lake, path, mapped(TABLE))
    events = "user: {column: user}\ntime: {column: time}\nevents: [{event_name: signed_up}]"
    summary = ingested_events(lake, path, events)
    assert (summary.outcome, summary.totals.events) == ("written", 2)


def test_a_dry_run_writes_nothing(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1)])
    assert ingested(lake, path, mapped(TABLE), dry_run=True).outcome == "checked"
    assert lake.tables() == []


def test_unknown_features_and_attributes_are_remarked(tmp_path: Path, lake: Lake):
    path = write_otel(tmp_path / "spans.json", span(1, name="make flashcards"), span(2, name="quiz"))
    summary = ingested(lake, path, mapped("interactions:\n  grade_level: {column: app.grade}\n", "otel"))
    assert summary.notes[0] == "No record has 'app.grade', which the mapping names."
    assert "became `other`: 'make flashcards' (1)" in summary.notes[1]
    translated = (
        "interactions:\n  feature: {column: span.name, values: {make flashcards: flashcards, quiz: quiz}}\n"
    )
    other = Lake(tmp_path / "other")
    ingested(other, path, mapped(translated, "otel"))
    assert {row["feature"] for row in by_source(other).values()} == {"flashcards", "quiz"}
