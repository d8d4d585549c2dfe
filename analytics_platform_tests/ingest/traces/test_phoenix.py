import json
from pathlib import Path

import polars as pl

from analytics_platform.ingest.traces import phoenix
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.traces.trace_files import RECORDED, by_source, ingested, mapped, rows


def test_an_export_gives_calls_and_ratings_of_people(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    graded = mapped("interactions:\n  grade_level: {column: attributes.metadata.grade}\n", "phoenix")
    summary = ingested(lake, f"{RECORDED}/phoenix_*.jsonl", graded)
    assert (summary.totals.interactions, summary.totals.ratings, summary.totals.quarantined) == (2, 2, 0)
    call, failed = by_source(lake)["67f6740bbe1ddc3f"], by_source(lake)["99aa"]
    assert (call["feature"], call["prompt_version"], call["model_version"]) == (
        "summarize",
        "v2",
        "gpt-4o-mini",
    )
    assert (call["source_text"], call["output_text"]) == ("Rivers carry sand.", "Sand is carried by rivers.")
    assert (call["input_tokens"], call["output_tokens"], call["cost_usd"]) == (25, 8, 0.0066)
    assert (call["latency_ms"], call["grade_level"], call["status"]) == (2500, 8, "ok")
    assert (failed["status"], failed["source_text"], failed["output_text"]) == (
        "error",
        "Explain tides.",
        None,
    )
    raters = {(row["criterion"], row["source_rater_id"]) for row in rows(lake, "raw.human_ratings")}
    assert raters == {("helpful", "expert-1"), ("unsupported", "VXNlcjox")}


def test_a_data_frame_in_parquet_says_the_same(tmp_path: Path):
    lines = (RECORDED / "phoenix_spans.jsonl").read_text(encoding="utf-8").splitlines()
    frame = pl.DataFrame([json.loads(line) for line in lines], infer_schema_length=None).drop("events")
    times = pl.col("start_time", "end_time").str.to_datetime(time_unit="ns", time_zone="UTC")
    frame.with_columns(times).write_parquet(tmp_path / "spans.parquet")
    one, other = Lake(tmp_path / "one"), Lake(tmp_path / "other")
    ingested(one, RECORDED / "phoenix_spans.jsonl", "phoenix")
    ingested(other, tmp_path / "spans.parquet", "phoenix")
    assert by_source(one) == by_source(other)


def test_spans_of_the_api_nest_their_attributes():
    span = {
        "name": "quiz",
        "context": {"trace_id": "t", "span_id": "s"},
        "span_kind": "LLM",
        "attributes": {
            "llm.model_name": "m",
            "llm.input_messages.0.message.content": "x",
            "input.value": "Note.",
        },
    }
    record = next(phoenix.records({"data": [span], "next_cursor": None}))
    assert (record.kind, record.trace, record.text("id"), record.text("model")) == (
        "interactions",
        "t",
        "s",
        "m",
    )
    assert record.text("messages.last_user") == "Note."


def test_annotations_of_the_api_nest_their_result():
    annotation = {"span_id": "s", "name": "helpful", "annotator_kind": "HUMAN", "result": {"score": 0.85}}
    record = next(phoenix.records([annotation]))
    assert (record.kind, record.text("score"), record.text("criterion")) == (
        "human_ratings",
        "0.85",
        "helpful",
    )
