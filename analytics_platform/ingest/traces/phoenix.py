"""Phoenix (Arize): the spans data frame with OpenInference attributes, and the span annotations.

Sources: https://arize-ai.github.io/openinference/spec/attributes/semantic-conventions.html (attributes),
https://arize.com/docs/phoenix/tracing/how-to-tracing/importing-and-exporting-traces/exporting-annotated-spans
(get_spans_dataframe and get_span_annotations_dataframe: `span_id`, `annotation_name`, `result.score`),
https://arize.com/docs/phoenix/tracing/how-to-tracing/feedback-and-annotations/capture-feedback
(`annotator_kind` HUMAN, LLM or CODE; `identifier`).
"""

from collections.abc import Iterator

from analytics_platform.ingest.traces.messages import Conversation, Message, read_messages
from analytics_platform.ingest.traces.records import Record, faulty, feature_named, outcome
from analytics_platform.ingest.traces.values import Node, as_text, dig, first, items, named_prompt, parsed

PROMPT_NAME = ("attributes.prompt.id",)
PROMPT_VERSION = ("attributes.llm.prompt_template.version",)
# Not in the conventions, but what instrumentations write.
REASON = ("attributes.llm.finish_reason", "attributes.gen_ai.response.finish_reasons")


def records(document: object) -> Iterator[Record]:
    """The records of a document: a page of the API, a list, or one row of a data frame."""
    if isinstance(document, list):
        for part in document:
            yield from records(part) if isinstance(part, dict) else [faulty(part, "not a JSON object")]
    elif not isinstance(document, dict):
        yield faulty(document, "not a JSON object")
    elif isinstance(document.get("data"), list):
        yield from records(document["data"])
    elif "annotator_kind" in document or "annotation_name" in document:
        yield _rating(document)
    else:
        yield _span(document)


def _span(record: Node) -> Record:
    kind = as_text(first(record, ("span_kind", "attributes.openinference.span.kind")))
    prompt_name = first(record, PROMPT_NAME)
    values: dict[str, object] = {
        "id": first(record, ("context.span_id", "span_id")),
        "user": first(record, ("attributes.user.id", "attributes.enduser.id")),
        "session": dig(record, "attributes.session.id"),
        "started_at": dig(record, "start_time"),
        "ended_at": dig(record, "end_time"),
        "feature": feature_named(prompt_name, record.get("name")),
        "model": dig(record, "attributes.llm.model_name"),
        "prompt": named_prompt(prompt_name, first(record, PROMPT_VERSION)),
        "status": _status(record),
        "input_tokens": dig(record, "attributes.llm.token_count.prompt"),
        "output_tokens": dig(record, "attributes.llm.token_count.completion"),
        "cost": dig(record, "attributes.llm.cost.total"),
        **_conversation(record).values(),
    }
    trace = as_text(first(record, ("context.trace_id", "trace_id")))
    is_call = (kind or "").upper() == "LLM"
    return Record("interactions" if is_call else "other", record, values, record, trace)


def _conversation(record: Node) -> Conversation:
    """The messages; where there are none, what the span says went in and came out."""
    asked = read_messages(dig(record, "attributes.llm.input_messages"), "user")
    answered = read_messages(dig(record, "attributes.llm.output_messages"), "assistant")
    return Conversation(
        asked or _value(record, "attributes.input.value", "user"),
        answered or _value(record, "attributes.output.value", "assistant"),
    )


def _value(record: Node, name: str, role: str) -> list[Message]:
    return read_messages(dig(record, name), role)


def _status(record: Node) -> str:
    is_failed = (as_text(record.get("status_code")) or "").upper() == "ERROR"
    stated = parsed(first(record, REASON))
    listed = items(stated) or [stated]
    return outcome(is_failed=is_failed, reasons=[text for reason in listed if (text := as_text(reason))])


def _rating(record: Node) -> Record:
    values: dict[str, object] = {
        "interaction": first(record, ("span_id", "context.span_id", "__index_level_0__")),
        "rater": first(record, ("user_id", "identifier")),
        "rated_at": first(record, ("created_at", "updated_at")),
        "criterion": first(record, ("annotation_name", "name")),
        "score": first(record, ("result.score", "score", "result.label", "label")),
    }
    return Record("human_ratings", record, values, record)
