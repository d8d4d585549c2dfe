"""What was said to a model and what it answered, whichever way a format writes messages."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics_platform.ingest.traces.values import DEEPEST, as_json, as_text, first, node, parsed

Message = tuple[str, str]
ASKING = ("user", "human")
TEXTS = ("text", "content", "message.content", "message.contents", "message_content.text", "parts")
NESTED = ("messages", "message", "choices", "contents", "candidates")


@dataclass(frozen=True)
class Conversation:
    """The messages of one call.

    Attributes:
        asked: role and text of what was sent, in order; a text without a role is the user's.
        answered: role and text of what came back, one for each choice.
    """

    asked: list[Message]
    answered: list[Message]

    def values(self) -> dict[str, str | None]:
        """The names under which a mapping finds them."""
        users = [text for role, text in self.asked if role in ASKING]
        system = [text for role, text in self.asked if role in {"system", "developer"}]
        others = [text for role, text in self.asked if role not in {"system", "developer"}]
        return {
            "messages.last_user": users[-1] if users else None,
            "messages.users": _joined(users),
            "messages.system": _joined(system),
            "messages.all": _joined(others),
            "messages.output": self.answered[0][1] if self.answered else None,
        }


def _joined(texts: list[str]) -> str | None:
    return "\n\n".join(texts) or None


def read_messages(value: object, role: str) -> list[Message]:
    """Messages of a value: a text, a list of messages in any known form, an object that holds them.

    Args:
        value: what a trace holds.
        role: of a message that states none.
    """
    return list(_messages(parsed(value), role, DEEPEST))


def _messages(value: object, role: str, depth: int) -> Iterator[Message]:
    if value is None or not depth:
        return
    if isinstance(value, list):
        for item in value:
            yield from _messages(item, role, depth - 1)
    elif isinstance(value, dict):
        yield from _of_object(value, role, depth)
    elif (text := as_text(value)) is not None and text.strip():
        yield role, text


def _of_object(value: dict[str, object], role: str, depth: int) -> Iterator[Message]:
    stated = as_text(first(value, ("role", "message.role", "type")))
    text = _text(first(value, TEXTS), depth)
    if text is not None:
        is_role = stated in {*ASKING, "system", "developer", "assistant", "ai", "model", "tool", "function"}
        yield (stated if stated and is_role else role), text
        return
    inner = first(value, NESTED)
    if inner is not None:
        yield from _messages(parsed(inner), role, depth - 1)
    elif value and not {"role", "message.role", "parts", "content"} & value.keys():
        yield role, as_json(value)


def _text(content: object, depth: int) -> str | None:
    """The text of a message's content, whose parts may be of several types; None where it has none."""
    if content is None or not depth:
        return None
    if isinstance(content, list):
        parts = [text for part in content if (text := _part(part, depth - 1)) is not None]
        return "\n".join(parts) or None
    if isinstance(content, dict):
        return _part(content, depth - 1)
    return as_text(content)


def _part(part: object, depth: int) -> str | None:
    """A part's text; calls of tools, images and thoughts have none that a reader saw."""
    if not isinstance(part, dict):
        return as_text(part) if isinstance(part, str) else None
    kind = as_text(first(part, ("type", "message_content.type")))
    if kind not in {None, "text", "input_text", "output_text"}:
        return None
    return _text(first(node(part), ("text", "content", "message_content.text")), depth)
