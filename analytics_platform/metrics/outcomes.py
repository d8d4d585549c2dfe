"""What an experiment may measure for each unit: registered metrics turned into outcomes of a person.

A metric of a day divides all users' counts; an outcome counts one unit from its first exposure on. Names
are shared with the registry where the meaning is, and the counts are columns of `activity.user_days`.
"""

from dataclasses import dataclass
from typing import Literal

from analytics_platform.metrics.metric import Direction, Unit
from analytics_platform.metrics.registry import METRICS, USER_DAYS

Kind = Literal["mean", "proportion", "ratio", "retention", "quantile", "winsorised"]

ACTIVE_DAYS = "active_days"


@dataclass(frozen=True)
class Outcome:
    """A number for each unit of an experiment, from its first exposure on.

    Attributes:
        name: snake case, unique.
        label: what a chart calls it.
        kind: `mean` of totals; `proportion` of units with any; `ratio` of two totals over all units;
            `retention`, the share active within days since exposure; `quantile` of totals; `winsorised`
            mean, of totals cut at a cap frozen before the experiment began.
        numerator: column of `activity.user_days`, or `active_days`.
        denominator: the column that divides it; only of ratios.
        unit: unit of the value.
        direction: which way is good.
        first_day: first day since exposure that counts; 0 is the day of exposure.
        last_day: last day since exposure that counts; None: until the experiment ends.
        quantile: which one, between 0 and 1; only of quantiles.
        cap_quantile: which quantile of the time before caps the totals; only of winsorised means.
        description: the definition, in one sentence.
    """

    name: str
    label: str
    kind: Kind
    numerator: str
    unit: Unit
    direction: Direction
    description: str
    denominator: str | None = None
    first_day: int = 0
    last_day: int | None = None
    quantile: float | None = None
    cap_quantile: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether the value lies between 0 and 1 for every unit."""
        return self.kind in {"proportion", "retention"}

    @property
    def counts(self) -> tuple[str, ...]:
        """Columns of `activity.user_days` that it adds up."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


def _totals() -> list[Outcome]:
    """Every count of a person that the registry knows, as the mean of totals."""
    return [
        Outcome(
            name=metric.name,
            label=f"{metric.label} per user",
            kind="mean",
            numerator=metric.numerator,
            unit="ratio" if metric.unit != "seconds" else "seconds",
            direction=metric.direction,
            description=f"{metric.description[:-1]}, in all, for each exposed user.",
        )
        for metric in METRICS.values()
        if metric.grain == USER_DAYS and not metric.is_ratio
    ]


def _ratios() -> list[Outcome]:
    return [
        Outcome(
            name=metric.name,
            label=metric.label,
            kind="ratio",
            numerator=metric.numerator,
            denominator=metric.denominator,
            unit=metric.unit,
            direction=metric.direction,
            description=metric.description,
        )
        for metric in METRICS.values()
        if metric.grain == USER_DAYS and metric.is_ratio
    ]


def _retention(day: int) -> Outcome:
    return Outcome(
        name=f"retained_{day}d",
        label=f"D{day} retention",
        kind="retention",
        numerator=ACTIVE_DAYS,
        unit="share",
        direction="up",
        first_day=day,
        last_day=day,
        description=f"Share of the exposed users who are active on day {day} after exposure.",
    )


def _proportion(
    name: str, label: str, numerator: str, description: str, direction: Direction = "up"
) -> Outcome:
    return Outcome(
        name=name,
        label=label,
        kind="proportion",
        numerator=numerator,
        unit="share",
        direction=direction,
        description=description,
    )


_COUNTED = (
    Outcome(
        name=ACTIVE_DAYS,
        label="Active days per user",
        kind="mean",
        numerator=ACTIVE_DAYS,
        unit="ratio",
        direction="up",
        description="Days with any activity, in all, for each exposed user.",
    ),
    Outcome(
        name="quiz_uses",
        label="Quizzes per user",
        kind="mean",
        numerator="quiz_uses",
        unit="ratio",
        direction="up",
        description="Uses of quizzes, in all, for each exposed user.",
    ),
    Outcome(
        name="engagement_seconds_winsorised",
        label="Engagement per user, winsorised",
        kind="winsorised",
        numerator="engagement_seconds",
        unit="seconds",
        direction="up",
        cap_quantile=0.99,
        description="Attention given, in all, for each exposed user; totals beyond the 99th percentile of "
        "an equally long time before the experiment count as that percentile.",
    ),
    *(
        Outcome(
            name=f"engagement_seconds_p{percent}",
            label=f"Engagement per user, {name}",
            kind="quantile",
            numerator="engagement_seconds",
            unit="seconds",
            direction="up",
            quantile=percent / 100,
            description=f"The {name} of the attention that exposed users gave in all.",
        )
        for percent, name in ((50, "median"), (90, "90th percentile"))
    ),
    _proportion("used_quiz", "Users of quizzes", "quiz_uses", "Share of the exposed users who used a quiz."),
    _proportion(
        "started_trial",
        "Users with a trial",
        "trial_starts",
        "Share of the exposed users who started a trial.",
    ),
    _proportion(
        "converted", "Users who converted", "conversions", "Share of the exposed users who subscribed."
    ),
    _proportion(
        "cancelled",
        "Users who cancelled",
        "cancellations",
        "Share of the exposed users who cancelled.",
        "down",
    ),
)

OUTCOMES: dict[str, Outcome] = {
    outcome.name: outcome
    for outcome in (*_totals(), *_ratios(), *(_retention(day) for day in (1, 7, 14, 28)), *_COUNTED)
}
