"""What a funnel is: steps that users take, how strictly in order, and within what time.

A funnel is written down in YAML. Belongs here: what a definition may say. Does not: which definitions count
(`in_force`) or who got how far (`users`).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from analytics_platform.event_contract import EVENT_NAMES, FEATURES
from analytics_platform.event_contract.tables import PLANS, PLATFORMS
from analytics_platform.yaml_file import MISTAKE, nearest

FEWEST_STEPS, MOST_STEPS = 2, 8
FIELDS = ("event_name", "feature", "platform", "plan")
"""Columns of `activity.events` that a step may ask for."""
BREAKDOWNS = ("role", "country", "acquisition_channel", "platform")
WHOLE = "whole"
NODES = (*FEATURES, "signed_up", "paywall_viewed", "trial_started", "subscribed", "renewed", "cancelled")
"""What a journey passes through: a feature used, or an event of another kind."""
SECONDS_OF_DAY, SECONDS_OF_HOUR = 86_400, 3_600

Order = Literal["ordered", "strict", "any"]


def _one_of(what: str, known: tuple[str, ...]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def checked(names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in known:
                raise ValueError(f"no {what} is called {name!r}; {nearest(name, known)}")
        return names

    return checked


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    return None if value == WHOLE else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1)]
Events = Annotated[Names, AfterValidator(_one_of("event", EVENT_NAMES))]
Features = Annotated[Names, AfterValidator(_one_of("feature", FEATURES))]
Platforms = Annotated[Names, AfterValidator(_one_of("platform", PLATFORMS))]
Plans = Annotated[Names, AfterValidator(_one_of("plan", PLANS))]
Breakdowns = Annotated[
    tuple[str, ...], BeforeValidator(_as_list), AfterValidator(_one_of("breakdown", BREAKDOWNS))
]
Anchors = Annotated[tuple[str, ...], BeforeValidator(_as_list), AfterValidator(_one_of("step", NODES))]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Snake case, such as activation.")]
Days = Annotated[Annotated[int, Field(ge=1, le=3_650)] | None, BeforeValidator(_whole)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def refuse(self, field: str, words: str) -> None:
        """Raise a mistake of this part, told by its field."""
        raise PydanticCustomError(MISTAKE, "{words}", {"field": field, "words": words})


class Match(_Part):
    """Which events count: those with one of the named values in every field that is named."""

    event_name: Events | None = Field(None, description="What happened, such as feature_used.")
    feature: Features | None = Field(None, description="Feature used or rated.")
    platform: Platforms | None = Field(None, description="Client of the event.")
    plan: Plans | None = Field(None, description="Plan of the user at that moment.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.asked:
            self.refuse("event_name", f"name at least one of {', '.join(FIELDS)}")
        return self

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """Allowed values of each column that is asked for."""
        return {name: values for name in FIELDS if (values := getattr(self, name)) is not None}

    @property
    def described(self) -> "Match":
        """The description of events alone, whatever it is asked for."""
        return Match(**self.asked)

    def may_meet(self, other: "Match") -> bool:
        """Whether one event could be counted by both."""
        mine, theirs = self.asked, other.asked
        return all(set(mine[name]) & set(theirs[name]) for name in mine.keys() & theirs.keys())


class Step(Match):
    """One step of a funnel."""

    name: str = Field(min_length=1, description="What the user did, for charts.")
    on_later_day: bool = Field(
        default=False, description="Counts only on a reporting day after the previous step's."
    )


class Exclusion(Match):
    """An event that disqualifies an attempt when it comes between two of its steps."""

    from_step: int = Field(1, ge=1, description="After this step (from 1) …")
    to_step: int | None = Field(None, ge=2, description="… and before this one; default: the last.")


class Funnel(_Part):
    """Steps, their order and the time they may take.

    `ordered`: each step after the one before, whatever lies between. `strict`: each step is the user's very
    next event, of any kind (as PostHog's strict order and Amplitude's exact order mean it). `any`: the steps
    in whatever order, the first of them opens the attempt.
    """

    id: Id
    title: str = Field(min_length=1, description="For charts.")
    steps: tuple[Step, ...] = Field(min_length=FEWEST_STEPS, max_length=MOST_STEPS)
    order: Order = "ordered"
    window_days: float | None = Field(
        None, gt=0, le=3_650, description="Time from the first step to the last."
    )
    window_hours: float | None = Field(None, gt=0, description="The same in hours.")
    exclusions: tuple[Exclusion, ...] = ()
    breakdowns: Breakdowns = BREAKDOWNS
    last_days: Days = Field(90, description="Attempts begun within so many last days count; whole: all.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.window_days is None) == (self.window_hours is None):
            self.refuse("window_days", "give either window_days or window_hours")
        if self.steps[0].on_later_day:
            self.refuse("steps", f"{self.steps[0].name!r} comes first, so that no step lies a day before it")
        for exclusion in self.exclusions:
            last = exclusion.to_step or len(self.steps)
            if not exclusion.from_step < last <= len(self.steps):
                self.refuse("exclusions", f"steps {exclusion.from_step} to {last} are none of the funnel's")
        if self.exclusions and self.order == "strict":
            self.refuse("exclusions", "nothing lies between the steps of a strict funnel; leave them out")
        if self.order == "any":
            self._is_any_order()
        return self

    def _is_any_order(self) -> None:
        for exclusion in self.exclusions:
            if exclusion.from_step != 1 or exclusion.to_step not in (None, len(self.steps)):
                self.refuse("exclusions", "steps in any order have no numbers; leave out which")
        for place, step in enumerate(self.steps):
            if step.on_later_day:
                self.refuse("steps", f"{step.name!r} cannot be on a later day where the order is any")
            for other in self.steps[:place]:
                if step.may_meet(other):
                    self.refuse("steps", f"one event could be both {other.name!r} and {step.name!r}")

    @property
    def window_seconds(self) -> float:
        """Time from the first step to the last (s)."""
        if self.window_days is not None:
            return self.window_days * SECONDS_OF_DAY
        assert self.window_hours is not None
        return self.window_hours * SECONDS_OF_HOUR

    @property
    def step_names(self) -> tuple[str, ...]:
        """Names of the steps as charts show them; in any order only how many there were is known."""
        if self.order == "any":
            return tuple(f"{count} of {len(self.steps)}" for count in range(1, len(self.steps) + 1))
        return tuple(step.name for step in self.steps)


class Journeys(_Part):
    """Which paths are counted."""

    last_days: Annotated[int, Field(ge=1, le=3_650)] = 28
    before: Anchors = Field((), description="What happens before these.")
    after: Anchors = Field((), description="What happens after these.")
    steps: int = Field(3, ge=1, le=8, description="Steps before or after.")
    window_days: int = Field(7, ge=1, le=90, description="Days before or after that count.")
    away_days: int = Field(14, ge=1, le=90, description="Days without a session after which a user left.")
