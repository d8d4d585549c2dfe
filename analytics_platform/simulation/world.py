"""The world to simulate: its parameters, how many people, from which seed, over which days."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window
from analytics_platform.settings import Settings
from analytics_platform.simulation.parameters import Experiment, Parameters

DEFAULTS = Path(__file__).with_name("world.yaml")


@dataclass(frozen=True)
class World:
    """A fully determined world: equal worlds produce byte-equal rows.

    Attributes:
        parameters: how the world works.
        users: people who sign up during its days, bots aside.
        seed: seed of all draws.
        first_day: its day 0, a reporting day.
        days: how many days people go on signing up.
        zone: zone of the reporting day.
    """

    parameters: Parameters
    users: int
    seed: int
    first_day: date
    days: int
    zone: ZoneInfo

    @property
    def window(self) -> Window:
        return Window(self.first_day, self.date(self.days - 1))

    def day(self, when: date) -> int:
        """Day number of a reporting day.

        Raises:
            AnalyticsError: the world does not reach that day.
        """
        number = (when - self.first_day).days
        if not 0 <= number < self.days:
            raise AnalyticsError(f"The simulated world lasts {self.window}; it has no {when}.")
        return number

    def date(self, day: int) -> date:
        return self.first_day + timedelta(days=day)

    @property
    def digest(self) -> str:
        """Names everything that rows depend on: checkpoints of another world are never used."""
        size = f"{self.users}|{self.seed}|{self.first_day}|{self.days}|{self.zone}"
        text = f"{self.parameters.model_dump_json()}|{size}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def load_world(settings: Settings) -> World:
    """The world that the settings name: the defaults changed by the user's YAML.

    Raises:
        AnalyticsError: the file cannot be read, or a parameter is unknown or out of bounds; the
            message gives its path in the tree.
    """
    tree = _read(DEFAULTS)
    source = DEFAULTS
    if settings.world is not None:
        source = settings.world
        tree = _merged(tree, _read(source))
    try:
        parameters = Parameters.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise AnalyticsError(f"{source}: parameter {path}: {first['msg']}; got {first['input']!r}.") from None
    _check_names(parameters, source)
    return World(
        parameters, settings.users, settings.seed, settings.world_start, settings.days, settings.zone
    )


def flatten(parameters: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any, str, str]]:
    """Every parameter as (path, value, unit, meaning), in the order of the tree."""
    for name, field in type(parameters).model_fields.items():
        value, path = getattr(parameters, name), f"{prefix}{name}"
        extra = field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        yield from _leaves(path, value, unit, field.description or "")


def describe(world: World) -> str:
    """The world in words: Markdown with every parameter, its value, unit and meaning."""
    parts = [
        "# The simulated world",
        f"{world.users:,} people, {world.window} ({world.zone}), seed {world.seed}.",
        "## Experiments",
        "\n".join(_experiment(world, planted) for planted in world.parameters.experiments),
        "## Parameters",
        parameter_table(world.parameters),
    ]
    return "\n\n".join(parts) + "\n"


def parameter_table(parameters: Parameters) -> str:
    """Every parameter in a Markdown table."""
    head = "| parameter | value | unit | meaning |\n|---|---|---|---|"
    rows = (
        f"| `{path}` | {value} | {unit} | {meaning} |" for path, value, unit, meaning in flatten(parameters)
    )
    return "\n".join([head, *rows])


def _experiment(world: World, planted: Experiment) -> str:
    days = f"{world.date(planted.first_day)} to {world.date(planted.last_day)}"
    return f"- **{planted.id}** ({planted.unit}, {days}): {planted.hypothesis}"


def _leaves(path: str, value: Any, unit: str, meaning: str) -> Iterator[tuple[str, Any, str, str]]:
    if isinstance(value, BaseModel):
        yield from flatten(value, f"{path}.")
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _leaves(f"{path}.{name}", entry, unit, meaning)
    elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
        for position, entry in enumerate(value):
            name = getattr(entry, "id", None) or getattr(entry, "name", position)
            yield from _leaves(f"{path}.{name}", entry, unit, meaning)
    else:
        yield path, value, unit, meaning


def _read(path: Path) -> dict[str, Any]:
    try:
        tree = yaml.safe_load(path.read_text())
    except OSError as error:
        raise AnalyticsError(f"{path}: the world cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnalyticsError(f"{path}: not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(tree or {}, dict):
        raise AnalyticsError(f"{path}: write parameters by name, as `world --example` prints them.")
    return tree or {}


def _merged(base: Any, change: Any) -> Any:
    if isinstance(base, dict) and isinstance(change, dict):
        return base | {name: _merged(base.get(name), value) for name, value in change.items()}
    if _has_ids(base) and _has_ids(change):
        changes = {entry["id"]: entry for entry in change}
        kept = [_merged(entry, changes.pop(entry["id"], {})) for entry in base]
        return kept + list(changes.values())
    return change


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) and "id" in entry for entry in value)


def _check_names(parameters: Parameters, source: Path) -> None:
    unknown = sorted(parameters.launch.launch_day.keys() - parameters.countries.keys())
    if unknown:
        raise AnalyticsError(f"{source}: launch.launch_day names {unknown[0]}, which is not among countries.")
    models = {version.name for version in parameters.interactions.models}
    for regression in parameters.texts.regressions:
        if regression.model not in models:
            raise AnalyticsError(f"{source}: texts.regressions: no model is called {regression.model}.")
    for experiment in parameters.experiments:
        if experiment.model is not None and experiment.model not in models:
            raise AnalyticsError(
                f"{source}: experiments.{experiment.id}.model: no model is called {experiment.model}."
            )
    low, high = parameters.population.classroom_students
    if not 1 <= low <= high:
        raise AnalyticsError(
            f"{source}: population.classroom_students: write least, most; got {low}, {high}."
        )
