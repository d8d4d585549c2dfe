"""The mapping of a foreign log to the event contract: what its YAML file may say, not how it runs.

A value is either written out (`platform: web`) or taken from a column (`platform: {column: origin}`).
Every text of the YAML file is taken as written: `yes`, `0012` and `2024-01-01` stay those letters.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from analytics_platform.event_contract import EVENT_NAMES, FEATURES, PLANS, PLATFORMS, ROLES

SEPARATOR = " / "

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
UNITS = {"s": 1.0, "ms": 0.001, "min": 60.0}


class Part(BaseModel):
    """A piece of the mapping; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def columns_named(self, place: str = "") -> Iterator[tuple[str, str]]:
        """Pairs of place in the mapping and column of the log that it names."""
        for name, value in self:
            here = f"{place}.{name}" if place else name
            if isinstance(value, Part):
                yield from value.columns_named(here)
            elif isinstance(value, tuple):
                for position, item in enumerate(value):
                    yield from _named(item, name, f"{here}[{position}]")
            elif isinstance(value, dict) and name != "values":
                yield from ((f"{here}.{column}", column) for column in value)
            elif name in {"column", "plus_days"} and value is not None:
                yield here, str(value)


def _named(item: object, name: str, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(item, Part):
        yield from item.columns_named(place)
    elif isinstance(item, dict):
        yield from ((f"{place}.{column}", column) for column in item)
    elif name == "columns":
        yield place, str(item)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"no time zone is called {value!r}; write one like Europe/London")
    return value


Zone = Annotated[str, AfterValidator(_zone)]


class Columns(Part):
    """One column, or several whose texts are joined by ` / `."""

    column: str | None = None
    columns: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_column(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError(f"this comes from a column: write {{column: {value}}}")  # noqa: TRY004
        return value

    @model_validator(mode="after")
    def _one_source(self) -> "Columns":
        if (self.column is None) == (not self.columns):
            raise ValueError("give either `column` or `columns`")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns read, in order."""
        return self.columns if self.column is None else (self.column,)


class Value(Part):
    """A constant, or a text of the log, translated by `values`; `otherwise` stands for the rest."""

    constant: str | None = None
    column: str | None = None
    columns: tuple[str, ...] = ()
    values: dict[str, str] = {}
    otherwise: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, value: object) -> object:
        return {"constant": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> "Value":
        if sum((self.constant is not None, self.column is not None, bool(self.columns))) != 1:
            raise ValueError("write the value itself, or give either `column` or `columns`")
        if self.constant is not None and (self.values or self.otherwise is not None):
            raise ValueError("`values` and `otherwise` translate a column; a constant needs neither")
        if self.otherwise is not None and not self.values:
            raise ValueError("`otherwise` stands for what `values` leaves out: give `values` too")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns read, in order."""
        return self.columns if self.column is None else (self.column,)

    @property
    def stated(self) -> set[str]:
        """Every outcome that the mapping writes out."""
        written = {self.constant, self.otherwise, *self.values.values()}
        return {text for text in written if text is not None}

    @property
    def is_closed(self) -> bool:
        """Whether it can take no other outcome than those stated."""
        return self.constant is not None or self.otherwise is not None


class Time(Columns):
    """An instant: a column, how it is written, the zone of times that state none, days to add."""

    format: str = "auto"
    zone: Zone | None = None
    plus_days: str | None = None

    @model_validator(mode="after")
    def _known_format(self) -> "Time":
        if self.format not in {"auto", "iso", *EPOCHS} and "%" not in self.format:
            raise ValueError(
                f"{self.format!r} is no time format: use auto, iso, {', '.join(EPOCHS)} "
                "or a pattern such as %d/%m/%Y %H:%M"
            )
        if "%Z" in self.format:
            raise ValueError("%Z reads names of zones, which are ambiguous: use %z, or state `zone`")
        return self


class Duration(Part):
    """A length of time and the unit it is written in."""

    column: str
    unit: Literal["s", "ms", "min"] = "s"


class Requirement(Part):
    """What a column must hold: one of some values, none of them, anything (`present`), nothing (`absent`)."""

    is_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = Field((), alias="not")
    present: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if value in ("present", "absent"):
            return {"present": value == "present"}
        if isinstance(value, list):
            return {"is_in": value}
        if isinstance(value, dict) and value.keys() == {"not"}:
            return value
        raise ValueError("write a list of values, {not: [values]}, present or absent")

    @model_validator(mode="after")
    def _not_empty(self) -> "Requirement":
        if not self.is_in and not self.not_in and self.present is None:
            raise ValueError("the list of values is empty")
        return self


Condition = dict[str, Requirement]


class Rule(Part):
    """An event that a row gives where `when` holds."""

    event_name: Value
    feature: Value | None = None
    when: Condition = {}
    time: Time | None = None
    engagement_seconds: Duration | None = None
    llm_rating: Value | None = None
    interaction: Columns | None = None
    platform: Value | None = None
    plan: Value | None = None


class Teachers(Part):
    """Who is a teacher: listed users, and users who ever gave a row that only staff give."""

    users: tuple[str, ...] = ()
    rows: tuple[Condition, ...] = ()


class FileFormat(Part):
    """How a CSV file is written."""

    delimiter: str = Field(",", min_length=1, max_length=1)
    null_values: tuple[str, ...] = ()


class Mapping(Part):
    """How the rows of a log become events and users; see docs/ingest.md."""

    file: FileFormat = FileFormat()  # pyright: ignore[reportCallIssue]
    zone: Zone = "UTC"

    user: Columns
    time: Time | None = None
    event_id: Columns | None = None
    session: Columns | None = None
    events: tuple[Rule, ...] = Field(min_length=1)
    ignore: tuple[Condition, ...] = ()

    platform: Value = Value(constant="other")
    plan: Value = Value(constant="free")
    engagement_seconds: Duration | None = None
    llm_rating: Value | None = None
    interaction: Columns | None = None
    received_at: Time | None = None

    role: Value = Value(constant="student")
    teachers: Teachers = Teachers()
    country: Value | None = None
    acquisition_channel: Value | None = None
    classroom: Columns | None = None
    school: Columns | None = None

    @model_validator(mode="after")
    def _sensible(self) -> "Mapping":
        if self.time is None and any(rule.time is None for rule in self.events):
            raise ValueError("give `time` here or in every one of `events`")
        for place, value, allowed in self._vocabularies():
            wrong = sorted(value.stated - set(allowed)) if value else []
            if wrong:
                raise ValueError(f"{place} cannot be {wrong[0]!r}: it is one of {', '.join(allowed)}")
        ratings = [self.llm_rating, *(rule.llm_rating for rule in self.events)]
        names = [rule.event_name for rule in self.events]
        if any(ratings) and all(name.is_closed and "rated" not in name.stated for name in names):
            raise ValueError("llm_rating is read for `rated` events alone: add {event_name: rated, when: …}")
        return self

    def _vocabularies(self) -> Iterator[tuple[str, Value | None, tuple[str, ...]]]:
        yield "platform", self.platform, PLATFORMS
        yield "plan", self.plan, PLANS
        yield "role", self.role, ROLES
        for position, rule in enumerate(self.events):
            here = f"events[{position}]"
            yield f"{here}.event_name", rule.event_name, EVENT_NAMES
            yield f"{here}.feature", rule.feature, FEATURES
            yield f"{here}.platform", rule.platform, PLATFORMS
            yield f"{here}.plan", rule.plan, PLANS

    @property
    def sha256(self) -> str:
        """Hash of what the mapping says, whatever its comments and layout."""
        return hashlib.sha256(self.model_dump_json(by_alias=True, exclude_defaults=True).encode()).hexdigest()
