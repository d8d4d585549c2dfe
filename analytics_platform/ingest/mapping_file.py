"""Reading a mapping file: YAML as plain texts, and mistakes as sentences that name the place."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.mapping import Duration, FileFormat, Mapping, Rule, Teachers, Time, Value
from analytics_platform.ingest.traces.mapping import (
    Criterion,
    InteractionMapping,
    RatingMapping,
    TraceFormat,
    TraceMapping,
)
from analytics_platform.ingest.traces.mapping_file import KINDS, trace_mapping


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
    """The mapping of events that a YAML text describes; see `parse_any_mapping`.

    Raises:
        AnalyticsError: as there, or it maps something else.
    """
    mapping = parse_any_mapping(text, name)
    if isinstance(mapping, Mapping):
        return mapping
    raise AnalyticsError(f"{name} maps traces or ratings, and a mapping of events is wanted here.")


def parse_any_mapping(
    text: str, name: str, trace_format: TraceFormat | None = None
) -> Mapping | TraceMapping:
    """The mapping that a YAML text describes: of events, or what its `kind` says.

    Args:
        text: the YAML.
        name: what to call it in messages.
        trace_format: the format of traces whose defaults the text changes.

    Raises:
        AnalyticsError: it is not YAML, or a key or value in it is wrong; the place is named.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 (a BaseLoader makes texts, no objects)
        return _validated(content or {}, trace_format)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        raise AnalyticsError(f"{name} is not valid YAML{place}: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise AnalyticsError(f"{name} is not valid YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        raise AnalyticsError(f"{name}: {_sentence(error)}") from None
    except ValueError as error:
        raise AnalyticsError(f"{name}: {error}.") from None


def _validated(content: Any, trace_format: TraceFormat | None) -> Mapping | TraceMapping:
    if not isinstance(content, dict):
        return Mapping.model_validate(content)
    kind = content.get("kind", "events" if trace_format is None else "traces")
    if kind not in KINDS:
        raise ValueError(f"kind cannot be {kind!r}: it is one of {', '.join(KINDS)}")
    if kind != "events":
        return trace_mapping(content, trace_format)
    if trace_format is not None:
        raise ValueError(f"it maps events, but the file holds traces of {trace_format}; write `kind: traces`")
    return Mapping.model_validate({key: value for key, value in content.items() if key != "kind"})


def load_mapping(path: Path, trace_format: TraceFormat | None = None) -> Mapping | TraceMapping:
    """Read a mapping file; see `parse_any_mapping`.

    Raises:
        AnalyticsError: the file cannot be read, or what it says is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise AnalyticsError(f"The mapping {path} cannot be read: {reason}.") from None
    return parse_any_mapping(text, str(path), trace_format)


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
        for part in (
            *(Mapping, Rule, Time, Value, Duration, Teachers, FileFormat),
            *(TraceMapping, InteractionMapping, RatingMapping, Criterion),
        )
        for key in part.model_fields
    }
)
