"""Langfuse: observations, scores and traces from its API, its interface or the blob storage export.

Sources: https://langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields (snake case;
`latency` in milliseconds or seconds by the age of the integration, so the two instants are used),
https://js.reference.langfuse.com/interfaces/_langfuse_core.ObservationsView.html and the API's Score
(camel case; `source` ANNOTATION, API or EVAL; `authorUserId`).
"""

from collections.abc import Iterator

from analytics_platform.ingest.traces.messages import Conversation, read_messages
from analytics_platform.ingest.traces.records import Record, faulty, feature_named, outcome
from analytics_platform.ingest.traces.values import Node, as_text, dig, first, items, named_prompt, node

CALLS = {"GENERATION"}
INPUT_TOKENS = (
    "usage_details.input",
    "usage.input",
    "usage.promptTokens",
    "usage.prompt_tokens",
    "inputUsage",
    "promptTokens",
)
OUTPUT_TOKENS = (
    "usage_details.output",
    "usage.output",
    "usage.completionTokens",
    "usage.completion_tokens",
    "outputUsage",
    "completionTokens",
)
COST = ("total_cost", "cost_details.total", "calculated_total_cost", "totalPrice")
MODEL = ("provided_model_name", "model")


def records(document: object) -> Iterator[Record]:
    """The records of a document: a page of the API, a list, a trace with its observations, or one of them."""
    if isinstance(document, list):
        for part in document:
            yield from records(part) if isinstance(part, dict) else [faulty(part, "not a JSON object")]
    elif not isinstance(document, dict):
        yield faulty(document, "not a JSON object")
    elif isinstance(document.get("data"), list):
        yield from records(document["data"])
    else:
        yield _record(document)
        for name in ("observations", "scores"):
            yield from records([part for part in items(document.get(name)) if isinstance(part, dict)])


def _named(record: Node, *names: str) -> object:
    """The first of some fields, each looked for in snake case and in camel case."""
    return first(record, (spelling for name in names for spelling in (name, _camel(name))))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _record(record: Node) -> Record:
    kind = as_text(record.get("type"))
    if (
        kind is None
        and record.get("name") is not None
        and {"value", "string_value", "stringValue"} & record.keys()
    ):
        return _rating(record)
    is_call = kind.upper() in CALLS if kind is not None else _named(record, *MODEL) is not None
    if is_call:
        return _call(record)
    trace = _named(record, "trace_id") if kind is not None else record.get("id")
    return Record("other", record, {"user": _named(record, "user_id")}, record, as_text(trace))


def _call(record: Node) -> Record:
    prompt_name = _named(record, "prompt_name")
    answer = record.get("output")
    asked = read_messages(record.get("input"), "user")
    values: dict[str, object] = {
        "id": record.get("id"),
        "user": _named(record, "user_id"),
        "session": _named(record, "session_id"),
        "started_at": _named(record, "start_time"),
        "ended_at": _named(record, "end_time"),
        "feature": feature_named(prompt_name, record.get("name"), _named(record, "trace_name")),
        "model": _named(record, *MODEL),
        "prompt": named_prompt(prompt_name, _named(record, "prompt_version")),
        "status": _status(record, answer),
        "input_tokens": _named(record, *INPUT_TOKENS),
        "output_tokens": _named(record, *OUTPUT_TOKENS),
        "cost": _named(record, *COST),
        **Conversation(asked, read_messages(answer, "assistant")).values(),
    }
    return Record("interactions", record, values, record, as_text(_named(record, "trace_id")))


def _status(record: Node, answer: object) -> str:
    is_failed = (as_text(record.get("level")) or "").upper() == "ERROR"
    choices = [answer, *items(dig(answer, "choices")), *items(answer)]
    names = ("finish_reason", "finishReason", "stop_reason")
    reasons = [text for choice in choices if node(choice) and (text := as_text(first(choice, names)))]
    return outcome(is_failed=is_failed, reasons=reasons)


def _rating(record: Node) -> Record:
    """A score of a call is a rating; those of sessions and experiments, and free texts, are passed over."""
    is_text = as_text(_named(record, "data_type")) == "TEXT"
    interaction, trace = _named(record, "observation_id"), _named(record, "trace_id")
    is_elsewhere = interaction is None and trace is None and _named(record, "session_id", "dataset_run_id")
    values: dict[str, object] = {
        "interaction": interaction,
        "rater": _named(record, "author_user_id"),
        "rated_at": _named(record, "timestamp", "created_at"),
        "criterion": record.get("name"),
        "score": _named(record, "value", "string_value"),
    }
    kind = "other" if is_text or is_elsewhere else "human_ratings"
    return Record(kind, record, values, record, as_text(trace))
