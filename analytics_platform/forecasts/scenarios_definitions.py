"""Scenarios as they are written down: what changes, by how much, from when to when, and what is assumed."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.growth_states import RATES
from analytics_platform.yaml_file import MISTAKE, mistake_in, nearest, read_yaml

DEFAULTS = Path(__file__).with_name("scenarios.yaml")
KINDS = ("acquisition", "transition", "quality", "price", "launch")


def _one_of(known: tuple[str, ...], noun: str) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"no {noun} is called {name!r}; {nearest(name, known)}")
        return name

    return check


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Written(_Part):
    """One change of a scenario."""

    kind: Annotated[str, AfterValidator(_one_of(KINDS, "kind of change"))] = Field(
        description="What changes."
    )
    change: float | None = Field(
        default=None, description="Relative change; of quality, stars of the mean rating; a launch has none."
    )
    rate: Annotated[str, AfterValidator(_one_of(RATES, "rate"))] | None = Field(
        default=None, description="Rate of coming that a transition changes."
    )
    experiment: str | None = Field(default=None, description="Experiment whose treatment is launched.")
    first_day: int | None = Field(
        default=None, ge=1, le=3650, description="First day, 1 being the first day to come."
    )
    first_date: date | None = Field(default=None, description="The same as a date.")
    last_day: int | None = Field(default=None, ge=1, le=3650, description="Last day; default: it stays.")
    last_date: date | None = Field(default=None, description="The same as a date.")
    ramp_days: int = Field(default=0, ge=0, le=3650, description="Days over which it grows to its full size.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        mistake = next((found for rule in _RULES if (found := rule(self))), None)
        if mistake is not None:
            field, words = mistake
            raise PydanticCustomError(MISTAKE, "{words}", {"field": field, "words": words})
        return self

    def outside(self, last_day: date, days: int) -> str | None:
        """Why it cannot be told on the days to come: it begins before or comes after; None where it can."""
        first = self.first_day or 1 if self.first_date is None else (self.first_date - last_day).days
        span = f"the days told, {last_day + timedelta(days=1)} to {last_day + timedelta(days=days)}"
        if first < 1:
            return f"A change begins on {self.first_date}, before {span}: what it did so far is part of them."
        if not self.force(last_day, days).any():
            return f"A change is not in force on any of {span}; move it, or tell more days by the horizon."
        return None

    def force(self, last_day: date, days: int) -> NDArray[np.float64]:
        """Share of the change in force on each day to come, shape (days,).

        Args:
            last_day: last day of the record.
            days: days to come.
        """
        first = self.first_day or 1
        if self.first_date is not None:
            first = (self.first_date - last_day).days
        last = self.last_day or days
        if self.last_date is not None:
            last = (self.last_date - last_day).days
        day = np.arange(1, days + 1)
        grown = np.minimum((day - first + 1) / (self.ramp_days + 1), 1.0)
        return np.where((day >= first) & (day <= last), grown, 0.0)


_Mistake = tuple[str, str] | None


def _change_is_there(written: Written) -> _Mistake:
    if written.kind == "launch":
        return ("change", "a launch has none: its effect is measured") if written.change is not None else None
    return (
        ("change", f"say by how much, as in `change: 0.1` for a {written.kind}")
        if written.change is None
        else None
    )


def _change_is_possible(written: Written) -> _Mistake:
    low, high = (-4.0, 4.0) if written.kind == "quality" else (-0.9, 3.0)
    if written.change is None or low <= written.change <= high:
        return None
    unit = "stars" if written.kind == "quality" else "as a share, 0.1 for 10 %"
    return "change", f"write a number from {low:g} to {high:g} ({unit}); got {written.change:g}"


def _names_belong(written: Written) -> _Mistake:
    for field, kind in (("rate", "transition"), ("experiment", "launch")):
        value = getattr(written, field)
        if (written.kind == kind) != (value is not None):
            words = f"a {kind} needs one" if value is None else f"a {written.kind} has none"
            return field, words
    return None


def _days_are_in_order(written: Written) -> _Mistake:
    for end in ("first", "last"):
        if getattr(written, f"{end}_day") is not None and getattr(written, f"{end}_date") is not None:
            return f"{end}_date", f"write either {end}_day or {end}_date"
    pairs = (
        ((written.first_day or 1, written.last_day), "last_day"),
        ((written.first_date, written.last_date), "last_date"),
    )
    for (first, last), field in pairs:
        if first is not None and last is not None and last < first:  # pyright: ignore[reportOperatorIssue]
            return field, f"{last} lies before {first}"
    return None


_RULES = (_change_is_there, _change_is_possible, _names_belong, _days_are_in_order)


class Scenario(_Part):
    """One scenario: all its changes at once."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="Name in `forecasts.scenarios`.")
    title: str = Field(min_length=1, description="What happens, in words.")
    changes: tuple[Written, ...] = Field(description="What changes.")


class Range(_Part):
    """A number that is assumed, with the ends of what is thought possible."""

    value: float = Field(description="What is assumed.")
    low: float = Field(description="Lower end of 95 % of what is thought possible.")
    high: float = Field(description="Upper end.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            words = f"write low <= value <= high; got {self.low:g}, {self.value:g}, {self.high:g}"
            raise PydanticCustomError(MISTAKE, "{words}", {"field": "value", "words": words})
        return self


class Assumptions(_Part):
    """What is taken as given where nothing is measured."""

    price_elasticity: Range = Field(
        default=Range(value=-0.8, low=-1.4, high=-0.2), description="Of conversions to price."
    )
    log_odds_per_star: Range = Field(
        default=Range(value=0.08, low=-0.04, high=0.2),
        description="Of coming, by one star of the mean rating.",
    )
    trial_days: int = Field(
        default=14, ge=0, le=90, description="Days between a visit and the subscription that it leads to."
    )
    quality_experiment: str | None = Field(
        default="model_upgrade",
        description="Experiment that measures the effect of ratings; none: the assumption.",
    )


class Scenarios(_Part):
    """A file of scenarios."""

    horizon_days: int = Field(default=28, ge=7, le=365, description="Days to come that are told.")
    window_days: int = Field(
        default=42, ge=14, le=365, description="Last days that the rates are learned on."
    )
    assumptions: Assumptions = Field(default_factory=Assumptions, description="What is taken as given.")
    scenarios: tuple[Scenario, ...] = Field(description="The scenarios.")

    @property
    def experiments(self) -> tuple[str, ...]:
        """Experiments that any scenario or assumption rests on."""
        launched = {written.experiment for each in self.scenarios for written in each.changes}
        return tuple(sorted({name for name in {*launched, self.assumptions.quality_experiment} if name}))


def load_scenarios(path: Path | None = None) -> Scenarios:
    """Read scenarios.

    Args:
        path: the YAML file; None: the platform's own.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field
            are named.
    """
    source = path or DEFAULTS
    return parse_scenarios(read_yaml(source) or {"scenarios": ()}, str(source))


def parse_scenarios(content: Any, source: str) -> Scenarios:
    """Scenarios from what a file says.

    Raises:
        AnalyticsError: something in it is wrong; source and field are named.
    """
    try:
        found = Scenarios.model_validate(content)
    except ValidationError as error:
        raise AnalyticsError(f"{source}: {mistake_in(error, Scenarios)}") from None
    ids = [scenario.id for scenario in found.scenarios]
    twice = next((position for position, name in enumerate(ids) if name in ids[:position]), None)
    if twice is not None:
        raise AnalyticsError(f"{source}: scenarios[{twice}].id: {ids[twice]!r} stands twice.")
    return found
