"""OTLP/JSON: spans with the attributes of the GenAI semantic conventions, in today's and earlier spellings.

Sources: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding (ids in hexadecimal, 64-bit
integers as texts), https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (attributes, and the
registry's list of deprecated ones: usage.prompt_tokens, usage.completion_tokens, prompt, completion),
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/ (events; up to v1.36 one a message, up to
v1.29 gen_ai.content.prompt and .completion), https://opentelemetry.io/docs/specs/semconv/registry/attributes/
(user.id, enduser.id, session.id, error.type). gen_ai.prompt.0.content is how OpenLLMetry wrote messages.
"""

from collections.abc import Iterator

from analytics_platform.ingest.traces.messages import Conversation, Message, read_messages
from analytics_platform.ingest.traces.records import Record, faulty, feature_named, outcome
from analytics_platform.ingest.traces.values import DEEPEST, Node, as_text, first, items, named_prompt, node

MODEL = ("gen_ai.response.model", "gen_ai.request.model")
USER = ("user.id", "enduser.id", "langfuse.user.id", "traceloop.association.properties.user_id")
INPUT_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT_TOKENS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
# The conventions know no price; these are what instrumentations write.
COST = ("gen_ai.usage.cost", "gen_ai.usage.total_cost")
PROMPT_NAME = ("gen_ai.prompt.name", "langfuse.observation.prompt.name", "traceloop.prompt.key")
PROMPT_VERSION = ("gen_ai.prompt.version", "langfuse.observation.prompt.version", "traceloop.prompt.version")
# Operations that hold calls of a model, or are none.
OTHERS = {
    "embeddings",
    "execute_tool",
    "invoke_agent",
    "create_agent",
    "invoke_workflow",
    "retrieval",
    "search_memory",
}
DETAILS = "gen_ai.client.inference.operation.details"
ROLES_OF_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
ERROR_CODES = {"2", "STATUS_CODE_ERROR"}


def records(document: object) -> Iterator[Record]:
    """The spans of a document: an export request, a list of them, or one of its parts."""
    if isinstance(document, list):
        for part in document:
            yield from records(part) if isinstance(part, dict) else [faulty(part, "not a JSON object")]
    elif not isinstance(document, dict):
        yield faulty(document, "not a JSON object")
    elif "resourceSpans" in document or "resource_spans" in document:
        yield from _parts(first(document, ("resourceSpans", "resource_spans")), "resourceSpans", document)
    elif "scopeSpans" in document or "scope_spans" in document:
        yield from _scopes(document)
    else:
        yield faulty(document, "no resourceSpans")


def _parts(resources: object, name: str, document: Node) -> Iterator[Record]:
    if resources is not None and not isinstance(resources, list):
        yield faulty(document, f"{name} is not a list")
    for resource in items(resources):
        if isinstance(resource, dict):
            yield from _scopes(resource)
        else:
            yield faulty(resource, "not a JSON object")


def _scopes(resource: Node) -> Iterator[Record]:
    scopes = first(resource, ("scopeSpans", "scope_spans"))
    lent = {
        f"resource.{k}": v for k, v in attributes(node(resource.get("resource")).get("attributes")).items()
    }
    if scopes is not None and not isinstance(scopes, list):
        yield faulty(resource, "scopeSpans is not a list")
    for scope in items(scopes):
        spans = scope.get("spans") if isinstance(scope, dict) else scope
        if spans is not None and not isinstance(spans, list):
            yield faulty(scope, "spans is not a list")
        for span in items(spans):
            yield _record(span, lent) if isinstance(span, dict) else faulty(span, "not a JSON object")


def attributes(listed: object) -> Node:
    """Attributes as an object: OTLP lists `{key, value: {stringValue: …}}`, others write objects."""
    if isinstance(listed, dict):
        return listed
    pairs = (pair for pair in items(listed) if isinstance(pair, dict))
    return {str(pair.get("key")): _value(pair.get("value"), DEEPEST) for pair in pairs}


def _value(value: object, depth: int) -> object:
    """What an AnyValue holds."""
    if not isinstance(value, dict) or not depth:
        return value
    match next(iter(value.items()), ("", None)):
        case ("arrayValue", held):
            return [_value(item, depth - 1) for item in items(node(held).get("values"))]
        case ("kvlistValue", held):
            pairs = (pair for pair in items(node(held).get("values")) if isinstance(pair, dict))
            return {str(pair.get("key")): _value(pair.get("value"), depth - 1) for pair in pairs}
        case (kind, held) if kind.endswith("Value"):
            return held
        case _:
            return value


def _record(span: Node, lent: Node) -> Record:
    held = {**lent, **attributes(span.get("attributes"))}
    events = [event for event in items(span.get("events")) if isinstance(event, dict)]
    conversation = _conversation(held, events)
    prompt_name = first(held, PROMPT_NAME)
    values: dict[str, object] = {
        "id": first(span, ("spanId", "span_id")),
        "user": first(held, USER),
        "session": first(held, ("gen_ai.conversation.id", "session.id")),
        "started_at": _microseconds(first(span, ("startTimeUnixNano", "start_time_unix_nano"))),
        "ended_at": _microseconds(first(span, ("endTimeUnixNano", "end_time_unix_nano"))),
        "feature": feature_named(prompt_name, span.get("name")),
        "model": first(held, MODEL),
        "prompt": named_prompt(prompt_name, first(held, PROMPT_VERSION)),
        "status": _status(span, held),
        "input_tokens": first(held, INPUT_TOKENS),
        "output_tokens": first(held, OUTPUT_TOKENS),
        "cost": first(held, COST),
        "span.name": span.get("name"),
        **conversation.values(),
    }
    trace = as_text(first(span, ("traceId", "trace_id")))
    return Record("interactions" if _is_call(held) else "other", span, values, held, trace)


def _is_call(held: Node) -> bool:
    operation = as_text(first(held, ("gen_ai.operation.name", "llm.request.type")))
    return operation not in OTHERS and (operation is not None or first(held, MODEL) is not None)


def _microseconds(nanoseconds: object) -> object:
    """Whole microseconds; a text that is no number stays, for the mapping to refuse."""
    text = as_text(nanoseconds)
    return text[:-3] if text is not None and text.isdecimal() and len(text) > 3 else text


def _status(span: Node, held: Node) -> str:
    code = as_text(node(span.get("status")).get("code"))
    stated = first(held, ("gen_ai.response.finish_reasons", "gen_ai.completion.0.finish_reason"))
    reasons = [*items(stated), stated if isinstance(stated, str) else None]
    reasons += [
        first(message, ("finish_reason",)) for message in items(first(held, ("gen_ai.output.messages",)))
    ]
    texts = [text for reason in reasons if (text := as_text(reason)) is not None]
    return outcome(is_failed=code in ERROR_CODES or "error.type" in held, reasons=texts)


def _conversation(held: Node, events: list[Node]) -> Conversation:
    """From the span's attributes; where they hold no messages, from its events."""
    asked, answered = _said(held)
    for event in events:
        name, carried = as_text(event.get("name")), attributes(event.get("attributes"))
        if name in ROLES_OF_EVENTS:
            asked += read_messages(_body(carried), ROLES_OF_EVENTS[name])
        elif name == "gen_ai.choice":
            answered += read_messages(_body(carried), "assistant")
        elif name in {DETAILS, "gen_ai.content.prompt", "gen_ai.content.completion"}:
            more_asked, more_answered = _said(carried)
            asked, answered = asked or more_asked, answered or more_answered
    return Conversation(asked, answered)


def _said(held: Node) -> tuple[list[Message], list[Message]]:
    asked = [
        *read_messages(held.get("gen_ai.system_instructions"), "system"),
        *(
            read_messages(first(held, ("gen_ai.input.messages", "gen_ai.prompt")), "user")
            or _numbered(held, "gen_ai.prompt", "user")
        ),
    ]
    stated = first(held, ("gen_ai.output.messages", "gen_ai.completion"))
    answered = read_messages(stated, "assistant")
    return asked, answered or _numbered(held, "gen_ai.completion", "assistant")


def _body(carried: Node) -> object:
    return first(carried, ("gen_ai.event.content", "body", "message")) or carried


def _numbered(held: Node, prefix: str, role: str) -> list[Message]:
    """OpenLLMetry's `gen_ai.prompt.0.role` and `gen_ai.prompt.0.content`."""
    said: list[Message] = []
    for number in range(len(held)):
        content = held.get(f"{prefix}.{number}.content")
        if content is None and f"{prefix}.{number}.role" not in held:
            break
        said += [
            (stated_role, text)
            for _, text in read_messages(content, role)
            if (stated_role := as_text(held.get(f"{prefix}.{number}.role")) or role)
        ]
    return said
