"""What a readout must know beforehand: arms, goals, level and looks, from a catalogue or a configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from analytics_platform.metrics.outcomes import OUTCOMES

Purpose = Literal["primary", "secondary", "guardrail"]
Sequential = Literal["fixed", "group_sequential", "confidence_sequence"]

COMBINED = "+"


@dataclass(frozen=True)
class Goal:
    """One metric of an experiment, as the readout judges it.

    Attributes:
        metric: its name.
        label: what a sentence calls it.
        kind: mean, proportion, ratio, retention, count, quantile or winsorised.
        purpose: primary, secondary or guardrail.
        direction: which way is good; neutral counts as up.
        margin: worsening that a guardrail still bears, positive; None: no non-inferiority test.
        has_relative_margin: whether the margin is a share of the control mean.
        quantile: which quantile, between 0 and 1; only of quantiles.
        covariates: what the pre-period columns x1, x2… hold.
        pre_period_outcome: which covariate is the outcome before the start; None where there is none.
    """

    metric: str
    label: str
    kind: str = "mean"
    purpose: Purpose = "secondary"
    direction: str = "up"
    margin: float | None = None
    has_relative_margin: bool = True
    quantile: float | None = None
    covariates: tuple[str, ...] = ()
    pre_period_outcome: int | None = 0

    @property
    def sign(self) -> float:
        """1 where more is better, −1 where less is."""
        return -1.0 if self.direction == "down" else 1.0


@dataclass(frozen=True)
class Rule:
    """How the decision is taken.

    Attributes:
        ship_when: whether the primary metric must be better, or only not worse.
        minimum_days: days that must pass before a Ship.
        minimum_effect: least effect of interest, a share of the control mean; None: any.
    """

    ship_when: Literal["better", "not_worse"] = "better"
    minimum_days: int = 0
    minimum_effect: float | None = None


@dataclass(frozen=True)
class Looks:
    """When a sequential design was looked at.

    Attributes:
        design: fixed, group_sequential or confidence_sequence.
        spending: alpha-spending function of a group-sequential design.
        information: shares of the planned units at each look so far, the last one today's.
        every: days between looks.
        planned_units: units at the planned end.
        is_last: whether today's look is the planned end.
    """

    design: Sequential = "fixed"
    spending: Literal["obrien_fleming", "pocock"] = "obrien_fleming"
    information: tuple[float, ...] = (1.0,)
    every: int = 1
    planned_units: float = 1.0
    is_last: bool = True


@dataclass(frozen=True)
class Plan:
    """An experiment on the day that it is read.

    Attributes:
        experiment_id: its name.
        as_of: day that the data reach; None for a file without days.
        unit: what was randomised, user or classroom.
        control: name of the control arm.
        shares: planned share of each arm, control included; they add up to 1.
        goals: metrics in the order of the catalogue, the primary first.
        alpha: two-sided level of each decisive interval.
        looks: the sequential design.
        rule: the decision rule.
        days: days from the start to `as_of`, both included.
        has_ended: whether the planned end is reached.
        segments: dimensions of the segment effects.
        information: shares of the planned units at each look by metric, where metrics differ in them.
    """

    experiment_id: str
    shares: dict[str, float]
    goals: tuple[Goal, ...]
    as_of: date | None = None
    unit: Literal["user", "classroom"] = "user"
    control: str = "control"
    alpha: float = 0.05
    looks: Looks = field(default_factory=Looks)
    rule: Rule = field(default_factory=Rule)
    days: int = 0
    has_ended: bool = True
    segments: tuple[str, ...] = ()
    information: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])

    @property
    def treatments(self) -> tuple[str, ...]:
        """The other arms, in the order of the plan."""
        return tuple(name for name in self.shares if name != self.control)

    @property
    def comparisons(self) -> dict[str, tuple[str, ...]]:
        """What is compared with control: each treatment, and all pooled where there are several."""
        alone = {name: (name,) for name in self.treatments}
        pooled = {COMBINED.join(self.treatments): self.treatments} if len(alone) > 1 else {}
        return alone | pooled

    @property
    def primary(self) -> Goal:
        return next(goal for goal in self.goals if goal.purpose == "primary")

    def looks_at(self, metric: str) -> Looks:
        """The looks so far, with the information that this metric had at each."""
        return replace(self.looks, information=self.information.get(metric, self.looks.information))


def label_of(metric: str) -> str:
    """What a sentence calls a metric."""
    return OUTCOMES[metric].label if metric in OUTCOMES else metric.replace("_", " ")
