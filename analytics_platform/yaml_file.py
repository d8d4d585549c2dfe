"""Files of definitions that people write in YAML: how they are read, and mistakes as one sentence each.

Belongs here: what every such file shares. Does not: what a file may say (`experiments/catalogue.py`,
`behaviour/funnels/funnel.py`).
"""

import difflib
from collections.abc import Hashable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from analytics_platform.errors import AnalyticsError

MISTAKE = "mistake"
"""Type of the validation errors whose context says the `field` and the `words`."""

LIKENESS = 0.65
"""Of two names, at least, where the one is offered for the other; difflib's own 0.6 offers strangers."""


def nearest(name: str, known: Iterable[str]) -> str:
    """What the writer probably meant: the nearest known name, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, LIKENESS)
    return f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(names)}"


class _Loader(yaml.SafeLoader):
    """No key twice, and no date that no calendar has."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(
                problem=f"the key {twice!r} stands twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)

    def construct_date(self, node: yaml.ScalarNode) -> date:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            raise yaml.MarkedYAMLError(
                problem=f"{node.value} is no date; write one such as 2026-01-31",
                problem_mark=node.start_mark,
            ) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_date)


def read_yaml(path: Path) -> Any:
    """What a YAML file says; None where it is empty.

    Raises:
        AnalyticsError: it cannot be read, or is not YAML; file and line are named.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise AnalyticsError(f"{path} cannot be read: {reason}.") from None
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f"line {error.problem_mark.line + 1}: "
        raise AnalyticsError(f"{path} is not valid YAML: {line}{error.problem or error.context}.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise AnalyticsError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None


def mistake_in(error: ValidationError, model: type[BaseModel]) -> str:
    """The first mistake of a file as one sentence that opens with its place.

    Args:
        error: what validation found.
        model: what the file was to be.
    """
    # A misspelt field is the cause of the missing one.
    found = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    place = _place(found["loc"])
    context = found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            name = str(found["loc"][-1])
            return f"{place}: no such field; {_ended(nearest(name, _fields_at(found['loc'], model)))}"
        case "missing":
            return f"{place} is missing."
        case "value_error":
            return _after(place, found["msg"].removeprefix("Value error, "))
        case kind if kind == MISTAKE:
            return f"{_place((*found['loc'], context['field']))}: {context['words']}."
        case kind:
            words = next((said.format(**context) for part, said in _WORDS.items() if part in kind), None)
            shown = "" if isinstance(found["input"], (dict, list)) else f"; got {found['input']!r}"
            return _after(place, f"{words or found['msg']}{shown}")


def _place(parts: tuple[int | str, ...]) -> str:
    """`experiments[0].rule`; the names that pydantic gives to the members of a union are left out."""
    named = (part for part in parts if isinstance(part, int) or "[" not in part)
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).lstrip(".")


def _after(place: str, words: str) -> str:
    return _ended(f"{place}: {words}" if place else words)


def _ended(words: str) -> str:
    return words if words.endswith(("?", ".")) else f"{words}."


def _fields_at(parts: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The fields that may stand where a wrong one stands."""
    for part in parts[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return sorted(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


_WORDS = {
    "model_": "write fields here, as `field: value`",
    "dict_type": "write names with their values here, as `name: value`",
    "tuple_type": "write a list, as `[one, other]`",
    "list_type": "write a list, as `[one, other]`",
    "string_type": "write a text",
    "int_": "write a whole number",
    "float_": "write a number",
    "finite_number": "write a finite number",
    "too_short": "at least {min_length} must stand here",
    "too_long": "at most {max_length} may stand here",
    "date_": "write a date, such as 2026-01-31",
}
"""What to do, by part of the type of a mistake; where pydantic's words are for programmers."""
