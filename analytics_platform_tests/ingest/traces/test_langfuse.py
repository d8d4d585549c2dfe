import json
from pathlib import Path

import polars as pl

from analytics_platform.ingest.traces import langfuse
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import quarantined, write_text
from analytics_platform_tests.ingest.traces.trace_files import RECORDED, by_source, ingested, mapped, rows

GRADED = """
interactions:
  grade_level: {column: metadata.grade}
  subject: {column: metadata.subject}
"""


def test_an_export_gives_calls_and_ratings(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    summary = ingested(lake, f"{RECORDED}/langfuse_[os]*.jsonl", mapped(GRADED, "langfuse"))
    assert (summary.totals.interactions, summary.totals.ratings, summary.totals.quarantined) == (2, 2, 0)
    call, failed = by_source(lake)["obs-2"], by_source(lake)["obs-3"]
    assert (call["feature"], call["prompt_version"]) == ("summarize", "summarize:4")
    assert (call["source_text"], call["output_text"]) == ("Osmosis moves water.", "Water moves by osmosis.")
    assert (call["input_tokens"], call["output_tokens"], call["cost_usd"]) == (31, 7, 0.0003)
    assert (call["latency_ms"], call["grade_level"], call["subject"]) == (2250, 9, "biology")
    assert (failed["status"], failed["feature"], failed["prompt_version"]) == ("error", "quiz", "unknown")
    assert (failed["source_text"], failed["output_text"]) == ("Make a quiz about rivers.", None)


def test_a_score_of_a_trace_means_its_last_call_and_judges_and_sessions_are_passed_over(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    ingested(lake, f"{RECORDED}/langfuse_[os]*.jsonl", "langfuse")
    call = by_source(lake)["obs-2"]["interaction_id"]
    found = [
        (row["interaction_id"], row["criterion"], row["score"]) for row in rows(lake, "raw.human_ratings")
    ]
    assert sorted(found) == [(call, "helpful", 4.0), (call, "unsupported", 0.0)]
    assert {row["source_rater_id"] for row in rows(lake, "raw.human_ratings")} == {"expert-1"}


def test_a_page_of_the_api_takes_its_user_from_the_traces(tmp_path: Path):
    page, traces = RECORDED / "langfuse_page.json", RECORDED / "langfuse_traces.jsonl"
    alone, both = Lake(tmp_path / "alone"), Lake(tmp_path / "both")
    ingested(alone, page, "langfuse")
    assert quarantined(alone) == [(1, "missing user_id")]
    for file in (page, traces):
        write_text(tmp_path / "export" / file.name, file.read_text(encoding="utf-8"))
    ingested(both, tmp_path / "export", "langfuse")
    call = by_source(both)["gen-1"]
    assert (call["status"], call["model_version"]) == ("refused", "claude-3-5-haiku")
    assert (call["source_text"], call["input_tokens"]) == ("Why is the sky blue?", 12)
    assert next(iter(rows(both, "raw.users")))["source_user_id"] == "eve"


def test_a_file_known_already_still_lends_its_traces(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    folder = tmp_path / "export"
    for name in ("langfuse_traces.jsonl", "langfuse_page.json"):
        write_text(folder / name, (RECORDED / name).read_text(encoding="utf-8"))
        summary = ingested(lake, folder, "langfuse")
    assert summary.totals.interactions == 1
    assert summary.files[1].is_known


def test_csv_and_parquet_say_what_json_lines_say(tmp_path: Path):
    lines = (RECORDED / "langfuse_observations.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    texts = [
        {
            k: json.dumps(v) if isinstance(v, dict) else None if v is None else str(v)
            for k, v in record.items()
        }
        for record in records
    ]
    pl.DataFrame(texts).write_csv(tmp_path / "export.csv")
    frame = pl.DataFrame(records, infer_schema_length=None)
    frame.with_columns(pl.col("start_time", "end_time").str.to_datetime(time_zone="UTC")).write_parquet(
        tmp_path / "export.parquet"
    )
    found = []
    for path in (
        RECORDED / "langfuse_observations.jsonl",
        tmp_path / "export.csv",
        tmp_path / "export.parquet",
    ):
        lake = Lake(tmp_path / path.suffix)
        ingested(lake, path, "langfuse")
        found.append(by_source(lake))
    assert found[0] == found[1] == found[2]
    assert found[0].keys() == {"obs-2", "obs-3"}


def test_a_trace_holds_its_observations_and_scores():
    trace = {
        "id": "t",
        "userId": "ann",
        "observations": [{"id": "o", "type": "GENERATION", "traceId": "t"}],
        "scores": [{"id": "s", "name": "helpful", "value": 3, "traceId": "t"}],
    }
    kinds = [(record.kind, record.trace) for record in langfuse.records(trace)]
    assert kinds == [("other", "t"), ("interactions", "t"), ("human_ratings", "t")]


def test_labels_may_be_translated(tmp_path: Path):
    score = {
        "name": "verdict",
        "value": 2,
        "string_value": "poor",
        "data_type": "CATEGORICAL",
        "source": "ANNOTATION",
        "observation_id": "obs-2",
        "timestamp": "2025-05-03 08:00:00.000000",
        "author_user_id": "expert",
    }
    write_text(tmp_path / "scores.jsonl", json.dumps(score))
    lake = Lake(tmp_path / "lake")
    ingested(lake, RECORDED / "langfuse_observations.jsonl", "langfuse")
    changed = "human_ratings:\n  score: {column: string_value, values: {poor: '1', good: '5'}}\n"
    ingested(lake, tmp_path / "scores.jsonl", mapped(changed, "langfuse"))
    assert [row["score"] for row in rows(lake, "raw.human_ratings")] == [1.0]
