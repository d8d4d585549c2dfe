"""The experiments of a product: what each one asks, of whom, when, and by which rule it is decided.

An experiment is written down before its data is seen. Belongs here: what a catalogue may say. Does not:
reading the file (`catalogue_file`) or the tables made of it (`catalogue_table`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from analytics_platform.event_contract import EVENT_NAMES, FEATURES
from analytics_platform.metrics.outcomes import ACTIVE_DAYS, OUTCOMES
from analytics_platform.yaml_file import MISTAKE, nearest

Purpose = Literal["primary", "secondary", "guardrail"]
Unit = Literal["user", "classroom"]
Segment = Literal["role", "platform", "country", "plan"]
Mistake = tuple[str, str]

MEASURES = (
    ACTIVE_DAYS,
    "sessions",
    "events",
    "engagement_seconds",
    "summarize_uses",
    "quiz_uses",
    "explain_uses",
    "flashcards_uses",
    "chat_uses",
    "other_uses",
    "ratings",
    "rating_sum",
    "ratings_4_plus",
    "paywall_views",
    "trial_starts",
    "conversions",
    "renewals",
    "cancellations",
)
"""What a day of a person counts, in `activity.user_days`: numerators, denominators and covariates."""

MOST_COVARIATES = 4
MOST_DAYS = 36_500
OPEN_END = date(9999, 1, 1)


def _outcome(name: str) -> str:
    if name not in OUTCOMES:
        raise ValueError(f"no outcome is called {name!r}; {nearest(name, OUTCOMES)}")
    return name


def _measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(f"no column of activity.user_days is called {name!r}; {nearest(name, MEASURES)}")
    return name


def _event(name: str) -> str:
    if name not in EVENT_NAMES:
        raise ValueError(f"no event is called {name!r}; {nearest(name, EVENT_NAMES)}")
    return name


def _feature(name: str) -> str:
    if name not in FEATURES:
        raise ValueError(f"no feature is called {name!r}; {nearest(name, FEATURES)}")
    return name


MetricName = Annotated[str, AfterValidator(_outcome)]
MeasureName = Annotated[str, AfterValidator(_measure)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Trigger(_Part):
    """The event that makes an assigned user an exposed one."""

    event_name: Annotated[str, AfterValidator(_event)] = Field(description="Such as feature_used.")
    feature: Annotated[str, AfterValidator(_feature)] | None = Field(
        None, description="Only uses of this feature; default: any."
    )


class Guardrail(_Part):
    """A metric that must not get worse by more than a margin."""

    metric: MetricName = Field(description="An outcome.")
    margin: float = Field(gt=0, description="The most harm that is acceptable.")
    kind: Literal["relative", "absolute"] = Field(
        "relative", description="Whether the margin is a share of the control's mean or in the metric's unit."
    )


class Sequential(_Part):
    """How often the result may be looked at, and what that costs."""

    design: Literal["fixed", "group_sequential", "confidence_sequence"] = Field(
        "fixed",
        description="One look at the end; planned looks up to a known maximum; or any look at any time.",
    )
    spending: Literal["obrien_fleming", "pocock"] = Field(
        "obrien_fleming", description="How group-sequential looks spend alpha."
    )
    looks_every_days: int = Field(1, ge=1, description="Days between looks.")


class Rule(_Part):
    """When the experiment is decided, and what makes it ship."""

    minimum_days: int = Field(7, ge=0, description="Days before any decision but a stop for harm.")
    ship_when: Literal["better", "not_worse"] = Field(
        "better", description="Whether the primary metric must improve, or only stay within its margin."
    )


class Experiment(_Part):
    """One experiment: everything that its readout needs to know, fixed before the data is seen."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="Name in `raw.exposures`.")
    hypothesis: str = Field(min_length=1, description="What is expected and why, in words.")
    owner: str = Field("product analytics", description="Who answers for it.")
    unit: Unit = Field("user", description="What was randomised.")
    variants: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(
        min_length=2, description="Planned share of each variant."
    )
    control: str = Field("control", description="The variant that others are compared with.")
    first_day: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="First day, counted from the first day of data."
    )
    last_day: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="Last day, counted so; default: still running."
    )
    start_date: date | None = Field(None, description="First reporting day, instead of a number.")
    end_date: date | None = Field(None, description="Last reporting day; default: still running.")
    trigger: Trigger | None = Field(None, description="What exposes an assigned user; default: assignment.")
    primary: MetricName = Field(description="The outcome that decides.")
    secondary: tuple[MetricName, ...] = Field((), description="Outcomes that explain.")
    guardrails: tuple[Guardrail, ...] = Field((), description="Outcomes that must not suffer.")
    covariates: tuple[MeasureName, ...] = Field(
        (), max_length=MOST_COVARIATES, description="Totals before exposure that sharpen every outcome."
    )
    pre_period_days: int = Field(28, ge=1, le=365, description="Days before exposure that covariates count.")
    conversion_window_days: int | None = Field(
        None, ge=0, description="Days since exposure that outcomes count; default: until the end."
    )
    planned_units: int | None = Field(None, ge=2, description="The largest sample planned.")
    alpha: float = Field(0.05, gt=0, lt=0.5, description="Chance of a false positive, two-sided.")
    sequential: Sequential = Field(Sequential.model_construct(), description="How often one may look.")
    minimum_effect: float | None = Field(None, gt=0, description="Relative effect worth having.")
    rule: Rule = Field(Rule.model_construct(), description="When and why to ship.")
    segments: tuple[Segment, ...] = Field(
        ("role", "platform", "country", "plan"), description="Groups looked at one by one."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for rule in (_mistake_in_variants, _mistake_in_days, _mistake_in_metrics, _mistake_in_design):
            mistake = rule(self)
            if mistake is not None:
                field, words = mistake
                raise PydanticCustomError(MISTAKE, "{words}", {"field": field, "words": words})
        return self

    @property
    def start(self) -> date:
        """First reporting day."""
        assert self.start_date is not None, "a loaded catalogue has dates"
        return self.start_date

    @property
    def end(self) -> date:
        """Last reporting day; `OPEN_END` while none is planned."""
        return self.end_date or OPEN_END

    @property
    def metrics(self) -> tuple[tuple[str, Purpose], ...]:
        """Outcomes with what each is for, the primary one first."""
        return (
            (self.primary, "primary"),
            *((name, "secondary") for name in self.secondary),
            *((guardrail.metric, "guardrail") for guardrail in self.guardrails),
        )

    @property
    def treatments(self) -> tuple[str, ...]:
        """Variants other than the control, as written."""
        return tuple(name for name in self.variants if name != self.control)


@dataclass(frozen=True)
class Catalogue:
    """The experiments by id, in the order of the file.

    Attributes:
        experiments: each experiment, its days resolved to dates.
    """

    experiments: Mapping[str, Experiment]


def _mistake_in_variants(experiment: Experiment) -> Mistake | None:
    total = math.fsum(experiment.variants.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        return "variants", f"shares sum to {total:g}; they must sum to 1"
    if experiment.control not in experiment.variants:
        return "control", f"{experiment.control!r} is not among the variants {', '.join(experiment.variants)}"
    return None


def _mistake_in_days(experiment: Experiment) -> Mistake | None:
    numbers = (experiment.first_day, experiment.last_day)
    dates = (experiment.start_date, experiment.end_date)
    if numbers != (None, None) and dates != (None, None):
        return "start_date", "write day numbers or dates, not both"
    if numbers[0] is None and dates[0] is None:
        return "start_date", "missing; write it, or first_day as a number of days"
    if numbers[0] is not None and numbers[1] is not None and numbers[1] < numbers[0]:
        return "last_day", f"{numbers[1]} lies before first_day {numbers[0]}"
    if dates[0] is not None and dates[1] is not None and dates[1] < dates[0]:
        return "end_date", f"{dates[1]} lies before start_date {dates[0]}"
    return None


def _mistake_in_metrics(experiment: Experiment) -> Mistake | None:
    names = [name for name, _ in experiment.metrics]
    for name, purpose in experiment.metrics:
        if names.count(name) > 1 and purpose != "primary":
            field = "secondary" if purpose == "secondary" else "guardrails"
            return field, f"the metric {name!r} stands twice; give it one purpose"
    return None


def _mistake_in_design(experiment: Experiment) -> Mistake | None:
    has_end = experiment.last_day is not None or experiment.end_date is not None
    if experiment.sequential.design == "group_sequential" and not (has_end or experiment.planned_units):
        return "sequential.design", (
            "group_sequential needs a planned maximum; write planned_units or an end, "
            "or choose confidence_sequence"
        )
    return None


def undecidable(experiment: Experiment) -> Mistake | None:
    """What keeps a plan from ever being decided: the field and what to do, for whoever reads a catalogue."""
    ends = (experiment.last_day, experiment.end_date, experiment.planned_units)
    if experiment.sequential.design == "fixed" and ends == (None, None, None):
        return "end_date", (
            "the fixed design is decided at its planned end; write end_date (or last_day) or planned_units, "
            "or choose the design confidence_sequence"
        )
    if experiment.rule.ship_when == "not_worse" and experiment.minimum_effect is None:
        return "rule.ship_when", (
            "not_worse needs the loss that still counts as none; write it as minimum_effect, such as 0.02"
        )
    return None
