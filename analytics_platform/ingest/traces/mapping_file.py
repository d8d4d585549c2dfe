"""Mappings of traces from YAML: whole ones for tables, changes to the defaults for known formats."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from analytics_platform.ingest.traces.mapping import TRACE_FORMATS, TraceFormat, TraceMapping

KINDS = ("events", "interactions", "human_ratings", "traces")
SECTIONS = ("interactions", "human_ratings")


def trace_mapping(content: dict[str, Any], stated: TraceFormat | None = None) -> TraceMapping:
    """The mapping that a YAML document means, its `kind` being one of those of traces.

    Args:
        content: the document: `kind: interactions` or `human_ratings` and the keys of that kind, or
            `kind: traces`, a `format` and changes to its defaults in `interactions` and `human_ratings`.
        stated: the format, where the command line names it.

    Raises:
        ValueError: it says something else; pydantic's error among them.
    """
    kind = content.get("kind", "traces")
    rest = {key: value for key, value in content.items() if key != "kind"}
    if kind in SECTIONS and stated is None:
        return TraceMapping.model_validate({kind: rest})
    if kind in SECTIONS:
        rest = {kind: rest}
    written = rest.pop("format", stated)
    if written not in TRACE_FORMATS:
        raise ValueError(f"format cannot be {written!r}: it is one of {', '.join(TRACE_FORMATS)}")
    if stated is not None and written != stated:
        raise ValueError(f"format is {written}, but the command line says {stated}")
    return TraceMapping.model_validate(_merged(_defaults(written), rest))


def default_mapping(trace_format: TraceFormat) -> TraceMapping:
    """The mapping of a known format, as it is shipped."""
    return trace_mapping({"kind": "traces"}, trace_format)


def _merged(defaults: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Changes replace whole keys of a section; an unknown section is left for pydantic to refuse."""
    merged = {**changes, **defaults}
    for section in SECTIONS:
        changed = changes.get(section)
        if changed is not None and not isinstance(changed, dict):
            raise ValueError(f"{section} holds keys, such as `user: {{column: user.id}}`")
        if section in defaults or changed:
            merged[section] = _section(defaults.get(section, {}), changed or {})
    return merged


def _section(defaults: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Ways to say the same thing exclude each other, so one that is stated drops the default's."""
    rivals = ({"latency", "ended_at"}, {"criterion", "score", "criteria"})
    replaced = {key for group in rivals if group & changed.keys() for key in group}
    if {"criterion", "score"} & changed.keys() and "criteria" not in changed:
        replaced -= {"criterion", "score"}
    return {**{key: value for key, value in defaults.items() if key not in replaced}, **changed}


@cache
def _text(trace_format: str) -> str:
    return (
        files("analytics_platform.ingest.traces").joinpath(f"{trace_format}.yaml").read_text(encoding="utf-8")
    )


def _defaults(trace_format: str) -> dict[str, Any]:
    return {"format": trace_format, **yaml.load(_text(trace_format), yaml.BaseLoader)}  # noqa: S506
