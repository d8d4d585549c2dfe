"""Reading a catalogue: YAML into experiments with dates, and mistakes as sentences that name the place."""

from collections.abc import Hashable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue import (
    MISTAKE,
    Catalogue,
    Experiment,
    Guardrail,
    Rule,
    Sequential,
    Trigger,
    nearest,
)

SIMULATED = Path(__file__).with_name("catalogue.yaml")
"""The experiments of the simulated world, as written down before it began."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    experiments: tuple[Experiment, ...]


class _Loader(yaml.SafeLoader):
    """No key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(
                problem=f"the key {twice!r} stands twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


def load_catalogue(path: Path, origin: date) -> Catalogue:
    """Read a catalogue.

    Args:
        path: the YAML file.
        origin: reporting day that day number 0 means.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field
            are named.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise AnalyticsError(f"The experiments {path} cannot be read: {reason}.") from None
    except yaml.YAMLError as error:
        raise AnalyticsError(f"{path}: not valid YAML: {' '.join(str(error).split())}.") from None
    try:
        experiments = _File.model_validate(
            content if content is not None else {"experiments": ()}
        ).experiments
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {_sentence(error)}") from None
    ids = [experiment.id for experiment in experiments]
    twice = next((position for position, name in enumerate(ids) if name in ids[:position]), None)
    if twice is not None:
        raise AnalyticsError(f"{path}: experiments[{twice}].id: {ids[twice]!r} stands twice.")
    return Catalogue({experiment.id: _dated(experiment, origin) for experiment in experiments})


def _dated(experiment: Experiment, origin: date) -> Experiment:
    """The experiment with its day numbers as dates."""
    if experiment.first_day is None:
        return experiment
    last_day = experiment.last_day
    return experiment.model_copy(
        update={
            "start_date": origin + timedelta(days=experiment.first_day),
            "end_date": None if last_day is None else origin + timedelta(days=last_day),
        }
    )


def _sentence(error: ValidationError) -> str:
    # A misspelt field is the cause of the missing one.
    found = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"]).lstrip(".")
    context = found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            return f"{place}: no such field; {_ended(nearest(str(found['loc'][-1]), _FIELDS))}"
        case "missing":
            return f"{place} is missing."
        case "value_error":
            return f"{place}: {_ended(found['msg'].removeprefix('Value error, '))}"
        case kind if kind == MISTAKE:
            return f"{place}.{context['field']}: {context['words']}."
        case _:
            shown = "" if isinstance(found["input"], dict) else f"; got {found['input']!r}"
            return f"{place or 'the file'}: {found['msg']}{shown}."


def _ended(words: str) -> str:
    return words if words.endswith("?") else f"{words}."


_FIELDS = sorted(
    {name for part in (_File, Experiment, Guardrail, Sequential, Rule, Trigger) for name in part.model_fields}
)
