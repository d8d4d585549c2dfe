"""Reading a catalogue: YAML into experiments with dates, and mistakes as sentences that name the place."""

from collections.abc import Hashable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue import (
    MISTAKE,
    Catalogue,
    Experiment,
    nearest,
    undecidable,
)

SIMULATED = Path(__file__).with_name("catalogue.yaml")
"""The experiments of the simulated world, as written down before it began."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    experiments: tuple[Experiment, ...]


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


def load_catalogue(path: Path, origin: date) -> Catalogue:
    """Read a catalogue.

    Args:
        path: the YAML file.
        origin: reporting day that day number 0 means.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field
            are named.
    """
    content = read_yaml(path)
    try:
        experiments = _File.model_validate(
            content if content is not None else {"experiments": ()}
        ).experiments
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, _File)}") from None
    ids = [experiment.id for experiment in experiments]
    twice = next((position for position, name in enumerate(ids) if name in ids[:position]), None)
    if twice is not None:
        raise AnalyticsError(f"{path}: experiments[{twice}].id: {ids[twice]!r} stands twice.")
    for position, experiment in enumerate(experiments):
        if mistake := undecidable(experiment):
            raise AnalyticsError(f"{path}: experiments[{position}].{mistake[0]}: {mistake[1]}.")
    return Catalogue({experiment.id: _dated(experiment, origin) for experiment in experiments})


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
