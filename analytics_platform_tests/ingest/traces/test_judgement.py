from pathlib import Path

import pytest

from analytics_platform.event_contract import CONTRACTS
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    quarantined,
    versions,
    write_jsonl,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    RATINGS,
    TABLE,
    by_source,
    call,
    ingested,
    mapped,
    rating,
    rows,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_repetitions_are_no_fault_and_contradictions_are(tmp_path: Path, lake: Lake):
    mapping = mapped(TABLE)
    first = [call(1), call(1), call(1, answer="Another."), call(2)]
    summary = ingested(lake, write_jsonl(tmp_path / "1.jsonl", first), mapping)
    assert (summary.totals.interactions, summary.totals.repeated) == (2, 1)
    assert quarantined(lake) == [(3, "duplicate interaction_id")]
    second = [call(2), call(1, tokens=8), call(3)]
    summary = ingested(lake, write_jsonl(tmp_path / "2.jsonl", second), mapping)
    assert (summary.totals.interactions, summary.totals.repeated, summary.totals.quarantined) == (1, 1, 1)
    assert summary.reasons[0].reason == "interaction differs from the one in the lake"
    assert by_source(lake)["c1"]["input_tokens"] == 7


def test_ratings_may_be_repeated_but_not_changed(tmp_path: Path, lake: Lake):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1)]), mapped(TABLE))
    first = [rating(1), rating(1), rating(1, score=5), rating(1, what="unsupported", score="false")]
    ingested(lake, write_jsonl(tmp_path / "1.jsonl", first), mapped(RATINGS))
    assert quarantined(lake) == [(3, "duplicate rating")]
    second = [rating(1), rating(1, what="unsupported", score=1)]
    summary = ingested(lake, write_jsonl(tmp_path / "2.jsonl", second), mapped(RATINGS))
    assert (summary.totals.ratings, summary.totals.repeated) == (0, 1)
    assert summary.reasons[0].reason == "rating differs from the one in the lake"
    assert [row["score"] for row in rows(lake, "raw.human_ratings")] == [4.0, 0.0]


@pytest.mark.parametrize(("share", "outcome"), [(0.05, "refused"), (0.2, "written")])
def test_too_many_unknown_calls_refuse_the_ratings(tmp_path: Path, lake: Lake, share: float, outcome: str):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(n) for n in range(9)]), mapped(TABLE))
    path = write_jsonl(tmp_path / "ratings.jsonl", [rating(n) for n in range(10)])
    summary = ingested(lake, path, mapped(RATINGS), accept=False, threshold=share)
    assert summary.outcome == outcome
    assert len(list(rows(lake, "raw.human_ratings"))) == (9 if outcome == "written" else 0)


def test_ratings_that_wait_for_their_calls_are_tried_again(tmp_path: Path, lake: Lake):
    ratings = write_jsonl(tmp_path / "ratings.jsonl", [rating(1), rating(2)])
    ingested(lake, ratings, mapped(RATINGS))
    before = versions(lake)
    assert ingested(lake, ratings, mapped(RATINGS)).outcome == "unchanged"
    assert versions(lake) == before
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2)]), mapped(TABLE))
    assert ingested(lake, ratings, mapped(RATINGS)).totals.ratings == 2
    assert quarantined(lake) == []
    ledger = lake.scan("raw.ingested_files").collect()
    assert ledger.height == ledger.unique(CONTRACTS["raw.ingested_files"].key).height == 2
