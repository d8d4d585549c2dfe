"""Reading a mapping file: YAML as plain texts, and mistakes as sentences that name the place."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.mapping import Duration, FileFormat, Mapping, Rule, Teachers, Time, Value


class _Loader(yaml.BaseLoader):
    """Plain texts only, and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(
                problem=f"the key {twice!r} stands twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


def parse_mapping(text: str, name: str) -> Mapping:
    """The mapping that a YAML text describes.

    Args:
        text: the YAML.
        name: what to call it in messages.

    Raises:
        AnalyticsError: it is not YAML, or a key or value in it is wrong; the place is named.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 (a BaseLoader makes texts, no objects)
        return Mapping.model_validate(content or {})
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        raise AnalyticsError(f"{name} is not valid YAML{place}: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise AnalyticsError(f"{name} is not valid YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        raise AnalyticsError(f"{name}: {_sentence(error)}") from None


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; see `parse_mapping`.

    Raises:
        AnalyticsError: the file cannot be read, or what it says is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise AnalyticsError(f"The mapping {path} cannot be read: {reason}.") from None
    return parse_mapping(text, str(path))


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    location = [part for part in first["loc"] if isinstance(part, int) or not part.startswith("function-")]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    match first["type"]:
        case "extra_forbidden":
            key = str(location[-1])
            near = difflib.get_close_matches(key, _KEYS, 1, 0.75)
            hint = f"did you mean `{near[0]}`?" if near else "remove it; docs/ingest.md lists the keys."
            return f"{place} is not a key here; {hint}"
        case "missing":
            return f"{place} is missing."
        case "value_error":
            return f"{place or 'the mapping'}: {first['msg'].removeprefix('Value error, ')}."
        case _:
            return f"{place or 'the mapping'}: {first['msg']}; got {first['input']!r}."


_KEYS = sorted(
    {
        key
        for part in (Mapping, Rule, Time, Value, Duration, Teachers, FileFormat)
        for key in part.model_fields
    }
)
