import json
from pathlib import Path

import pytest

from analytics_platform.ingest.traces import otel
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.traces.trace_files import (
    REPOSITORY,
    any_value,
    attribute,
    by_source,
    ingested,
    record_of,
    request,
    rows,
    span,
)

NOTE = "Osmosis moves water."
PARTS = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
    {"role": "user", "parts": [{"type": "text", "content": "Hello."}]},
    {"role": "assistant", "parts": [{"type": "text", "content": "Hello, what note?"}]},
    {"role": "user", "parts": [{"type": "text", "content": NOTE}, {"type": "blob", "content": "aGk="}]},
]
CONTENTS = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": NOTE}]
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "Water."}], "finish_reason": "stop"}]


def test_the_example_gives_calls_of_every_spelling(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    summary = ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")
    assert (summary.totals.rows, summary.totals.kept, summary.totals.ignored) == (4, 3, 1)
    calls = by_source(lake)
    current, former, failed = (calls[k] for k in ("00f067aa0ba902b7", "eee19b7ec3c1b174", "b7ad6b7169203331"))
    assert (current["feature"], current["prompt_version"], current["status"]) == (
        "summarize",
        "summarize:3",
        "ok",
    )
    assert (current["model_version"], current["latency_ms"]) == ("gpt-4o-mini-2024-07-18", 1500)
    assert (current["input_tokens"], current["output_tokens"]) == (61, 22)
    assert current["source_text"].startswith("Osmosis is the movement of water")
    assert current["output_text"].startswith("Osmosis is water moving")
    assert (former["source_text"], former["feature"]) == ("Why do raisins swell in water?", "explain")
    assert former["output_text"].startswith("Water enters the raisin")
    assert (former["input_tokens"], former["output_tokens"], former["prompt_version"]) == (40, 18, "unknown")
    assert (failed["status"], failed["output_text"], failed["feature"]) == ("error", None, "quiz")


def test_a_span_without_a_user_takes_the_one_of_its_trace(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")
    users = {row["user_id"]: row["source_user_id"] for row in rows(lake, "raw.users")}
    assert users[by_source(lake)["00f067aa0ba902b7"]["user_id"]] == "student-17"


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.input.messages": json.dumps(PARTS), "gen_ai.output.messages": json.dumps(ANSWER)},
        {"gen_ai.input.messages": PARTS, "gen_ai.output.messages": ANSWER},
        {
            "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
            "gen_ai.input.messages": PARTS[1:],
            "gen_ai.output.messages": ANSWER,
        },
        {
            "gen_ai.prompt": json.dumps(CONTENTS),
            "gen_ai.completion": '[{"role": "assistant", "content": "Water."}]',
        },
        {"gen_ai.prompt": NOTE, "gen_ai.completion": "Water."},
        {
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": NOTE,
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Water.",
        },
    ],
    ids=["json", "structured", "instructions", "before 1.37", "plain", "numbered"],
)
def test_the_note_is_the_users_last_message(attributes: dict[str, object]):
    record = record_of(attributes)
    assert (record.text("messages.last_user"), record.text("messages.output")) == (NOTE, "Water.")
    assert "Be brief." not in (record.text("messages.all") or "")


@pytest.mark.parametrize(
    "events",
    [
        [
            {"name": "gen_ai.system.message", "attributes": [attribute("content", "Be brief.")]},
            {"name": "gen_ai.user.message", "attributes": [attribute("content", NOTE)]},
            {
                "name": "gen_ai.choice",
                "attributes": [attribute("message", '{"role": "assistant", "content": "Water."}')],
            },
        ],
        [
            {
                "name": "gen_ai.client.inference.operation.details",
                "attributes": [
                    attribute("gen_ai.input.messages", PARTS),
                    attribute("gen_ai.output.messages", ANSWER),
                ],
            }
        ],
        [
            {
                "name": "gen_ai.content.prompt",
                "attributes": [attribute("gen_ai.prompt", json.dumps(CONTENTS))],
            },
            {"name": "gen_ai.content.completion", "attributes": [attribute("gen_ai.completion", "Water.")]},
        ],
    ],
    ids=["one a message", "details", "content"],
)
def test_messages_are_read_from_events_too(events: list[dict[str, object]]):
    record = record_of({}, events=events)
    assert (record.text("messages.last_user"), record.text("messages.output")) == (NOTE, "Water.")


@pytest.mark.parametrize(
    ("attributes", "fields", "status"),
    [
        ({"gen_ai.response.finish_reasons": ["stop"]}, {}, "ok"),
        ({"gen_ai.response.finish_reasons": ["content_filter"]}, {}, "refused"),
        ({"gen_ai.response.finish_reasons": '["SAFETY"]'}, {}, "refused"),
        ({"gen_ai.output.messages": [{"role": "assistant", "finish_reason": "refusal"}]}, {}, "refused"),
        ({"error.type": "timeout"}, {}, "error"),
        ({}, {"status": {"code": 2}}, "error"),
        ({}, {"status": {"code": "STATUS_CODE_ERROR"}}, "error"),
        ({}, {"status": {"code": 1}}, "ok"),
    ],
)
def test_how_a_call_ended(attributes: dict[str, object], fields: dict[str, object], status: str):
    assert record_of(attributes, **fields).text("status") == status


@pytest.mark.parametrize("operation", ["embeddings", "execute_tool", "invoke_agent"])
def test_operations_that_answer_nobody_are_passed_over(operation: str):
    assert record_of({"gen_ai.operation.name": operation}).kind == "other"


def test_a_span_of_something_else_is_passed_over():
    assert record_of({"gen_ai.operation.name": None, "gen_ai.request.model": None}).kind == "other"


def test_any_attribute_may_be_named():
    record = record_of({"app.grade": 9, "app": {"class": {"level": "b"}}, "tags": ["x", "y"]})
    assert record.text("app.grade") == "9"
    assert record.text("app.class.level") == "b"
    assert record.text("tags") == '["x", "y"]'
    assert record.text("absent.name") is None


def test_attributes_of_the_resource_bear_its_name():
    document = request(span())
    document["resourceSpans"][0]["resource"] = {"attributes": [attribute("service.name", "study")]}
    assert next(otel.records(document)).text("resource.service.name") == "study"


def test_values_of_every_type_are_read():
    value = {"a": 1, "b": [1.5, True, "x"], "c": {"d": "e"}}
    assert otel.attributes([attribute("k", value)]) == {
        "k": {"a": "1", "b": [1.5, True, "x"], "c": {"d": "e"}}
    }
    assert any_value(value)["kvlistValue"]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (5, "not a JSON object"),
        ({}, "no resourceSpans"),
        ({"resourceSpans": 5}, "resourceSpans is not a list"),
        ({"resourceSpans": [5]}, "not a JSON object"),
        ({"resourceSpans": [{"scopeSpans": 5}]}, "scopeSpans is not a list"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": 5}]}]}, "spans is not a list"),
        (request(5), "not a JSON object"),
        ([5], "not a JSON object"),
    ],
)
def test_a_damaged_document_is_a_faulty_record(document: object, fault: str):
    assert [record.fault for record in otel.records(document)] == [fault]


def test_a_list_of_requests_and_a_lone_resource_are_read():
    documents = [[request(span(1)), request(span(2))], request(span(1), span(2))["resourceSpans"][0]]
    for document in documents:
        assert [record.text("id") for record in otel.records(document)] == [f"{1:016x}", f"{2:016x}"]
