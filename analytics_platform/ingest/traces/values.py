"""Values inside records of any shape: found by a dotted name, and written as text; nothing here raises."""

import json
import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

Node = dict[str, Any]
DEEPEST = 32


def parsed(value: object) -> object:
    """A JSON text as what it says; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def node(value: object) -> Node:
    """A value as an object: a JSON text is read, a list of keys and values joined; else empty."""
    value = parsed(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(v, dict) and v.keys() == {"key", "value"} for v in value):
        return {str(pair["key"]): pair["value"] for pair in value}
    return {}


def items(value: object) -> list[object]:
    """A value as a list: a JSON text is read; what is no list is empty."""
    value = parsed(value)
    return value if isinstance(value, list) else []


def dig(record: object, name: str) -> object:
    """The field that a dotted name means, where keys may hold dots themselves; None where there is none."""
    fields = node(record)
    if name in fields:
        return present(fields[name])
    for position in (n for n, letter in enumerate(name) if letter == "."):
        head, rest = name[:position], name[position + 1 :]
        found = dig(fields[head], rest) if head in fields else None
        if found is not None:
            return found
    return None


def first(record: object, names: Iterable[str]) -> object:
    """The first of some fields that a record holds."""
    return next((found for name in names if (found := dig(record, name)) is not None), None)


def present(value: object) -> object:
    """A value, or None where it says nothing: an empty text, or what pandas writes for none."""
    is_absent = value == "" or (isinstance(value, float) and math.isnan(value))
    return None if is_absent else value


def as_text(value: object) -> str | None:
    """A value as the text that a mapping reads; None where it says nothing."""
    value = present(value)
    match value:
        case None:
            return None
        case str():
            return sound(value)
        case int() | float():
            return _number(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return as_json(value)


def _number(value: float) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(int(value) if value == int(value) else value)
    except OverflowError:  # an infinity
        return str(value)
    except ValueError:  # more digits than Python writes
        return None


def as_json(value: object) -> str:
    """A value as JSON, whatever it holds."""
    try:
        return sound(json.dumps(value, default=str, ensure_ascii=False))
    except (ValueError, RecursionError):
        return json.dumps("too deep to be written")


def sound(text: str) -> str:
    """A text that can be written as UTF-8: halves of surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def named_prompt(name: object, version: object) -> str | None:
    """`name:version` of a prompt, or the one of them that is known."""
    parts = [text for part in (name, version) if (text := as_text(part)) is not None]
    return ":".join(parts) or None
