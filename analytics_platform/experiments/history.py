"""How a metric behaved before any experiment: the baseline that a plan stands on."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.plan import Goal
from analytics_platform.experiments.planning import NO_PLAN, residual
from analytics_platform.lakehouse import Engine, Window
from analytics_platform.metrics.outcomes import ACTIVE_DAYS, OUTCOMES, Outcome
from analytics_platform.stats.clusters import intraclass_correlation
from analytics_platform.stats.moments import Moments
from analytics_platform.yaml_file import nearest

USER_DAYS = """
SELECT *, CAST(is_active AS BIGINT) AS active_days
FROM activity.user_days
WHERE event_date BETWEEN $first_day AND $last_day
"""


@dataclass(frozen=True)
class Baseline:
    """A metric as it was.

    Attributes:
        metric: its name.
        unit: what would be randomised.
        mean: of one user, in the metric's unit.
        variance: of one user, what the covariates explain left out.
        variance_reduction: share of the variance that they explain; None without any.
        weekly_units: users a week who would have been exposed; None where that is not known.
        cluster_size: mean users in a classroom; 1 for users.
        cluster_size_variation: coefficient of variation of the classrooms' sizes.
        intraclass_correlation: share of the variance between classrooms.
        reason: why it cannot be told.
    """

    metric: str
    unit: Literal["user", "classroom"] = "user"
    mean: float = 0.0
    variance: float = 0.0
    variance_reduction: float | None = None
    weekly_units: float | None = None
    cluster_size: float = 1.0
    cluster_size_variation: float = 0.0
    intraclass_correlation: float = 0.0
    reason: str | None = None

    @classmethod
    def given(cls, mean: float, standard_deviation: float | None) -> "Baseline":
        """A baseline told by hand; of a share the spread follows from the mean.

        Raises:
            AnalyticsError: the spread is missing where the mean is no share, or is not positive.
        """
        if standard_deviation is None and not 0.0 < mean < 1.0:
            raise AnalyticsError(f"--baseline-mean {mean:g} is no share: give --baseline-sd too.")
        spread = (mean * (1.0 - mean)) ** 0.5 if standard_deviation is None else standard_deviation
        if not spread > 0.0 or not mean > 0.0:
            raise AnalyticsError(
                f"A plan needs a positive mean and spread; these are {mean:g} and {spread:g}."
            )
        return cls("given", mean=mean, variance=spread**2)


def baseline_of(
    engine: Engine,
    metric: str,
    known: Window,
    days: int,
    unit: Literal["user", "classroom"] = "user",
    *,
    is_adjusted: bool = True,
) -> Baseline:
    """The metric over the newest days, of everybody active in them, from the first active day on.

    Args:
        engine: over the lake.
        metric: an outcome.
        known: reporting days there are.
        days: length of the experiment that is planned; half of the days known at most.
        unit: what would be randomised; classrooms leave out users without one.
        is_adjusted: whether the same count before is a covariate.

    Raises:
        AnalyticsError: no outcome has this name.
    """
    if metric not in OUTCOMES:
        raise AnalyticsError(f"no outcome is called {metric!r}; {nearest(metric, OUTCOMES)}")
    outcome = OUTCOMES[metric]
    if outcome.kind == "quantile":
        return Baseline(metric, unit, reason=NO_PLAN)
    wait = outcome.last_day or 0
    length = max(min(days, (len(known) - wait) // 2), 1)
    start = known.last_day - timedelta(days=length + wait - 1)
    window = Window(max(known.first_day, start - timedelta(days=length)), known.last_day)
    bound = {"first_day": window.first_day, "last_day": window.last_day}
    people = _people(pl.DataFrame(engine.query(USER_DAYS, bound)), outcome, start, known.last_day)
    if unit == "classroom":
        people = people.filter(pl.col("classroom_id").is_not_null())
    if people.height < 3:
        return Baseline(
            metric, unit, reason=f"only {people.height} users were active in the newest {length} days"
        )
    return _measured(people, outcome, unit, length, is_adjusted=is_adjusted)


def _people(user_days: pl.DataFrame, outcome: Outcome, start: date, last_day: date) -> pl.DataFrame:
    """One row a user active since `start`: y and k from the first such day on, and x1 before it."""
    own = user_days.with_columns(
        first=pl.col("event_date")
        .filter((pl.col("event_date") >= start) & pl.col("is_active"))
        .min()
        .over("user_id"),
    ).filter(pl.col("first").is_not_null())
    age = (pl.col("event_date") - pl.col("first")).dt.total_days()
    counts = (age >= outcome.first_day) & (
        age <= (outcome.last_day if outcome.last_day is not None else 36_500)
    )
    mature = (pl.lit(last_day) - pl.col("first")).dt.total_days() >= (outcome.last_day or 0)
    value = pl.col(outcome.numerator if outcome.numerator != ACTIVE_DAYS else "active_days")
    below = pl.col(outcome.denominator or "active_days")
    people = (
        own.filter(mature)
        .group_by("user_id", maintain_order=True)
        .agg(
            pl.col("classroom_id").max(),
            y=value.filter(counts).sum().cast(pl.Float64),
            k=below.filter(counts).sum().cast(pl.Float64),
            x1=value.filter(age < 0).sum().cast(pl.Float64),
        )
    )
    if outcome.kind != "ratio":
        people = people.with_columns(k=pl.lit(1.0))
    if outcome.is_share:
        people = people.with_columns(pl.col("y").clip(upper_bound=1.0))
    if outcome.kind == "winsorised" and people.height:
        cap = people["y"].quantile(outcome.cap_quantile or 1.0, "higher")
        people = people.with_columns(pl.col("y").clip(upper_bound=cap))
    return people


def _measured(
    people: pl.DataFrame,
    outcome: Outcome,
    unit: Literal["user", "classroom"],
    length: int,
    *,
    is_adjusted: bool,
) -> Baseline:
    goal = Goal(outcome.name, outcome.label, kind=outcome.kind)
    moments = Moments.of(people.select("y", "k", "x1").to_numpy())
    mean, plain = residual(goal, moments.select(0, 1))
    _, adjusted = residual(goal, moments)
    variance = adjusted if is_adjusted else plain
    users = Baseline(
        outcome.name,
        unit,
        mean=mean,
        variance=variance,
        variance_reduction=1.0 - adjusted / plain if is_adjusted and plain > 0.0 else None,
        weekly_units=7.0 * people.height / length,
    )
    return replace(users, **_classrooms(people, mean)) if unit == "classroom" else users


def _classrooms(people: pl.DataFrame, mean: float) -> dict[str, float]:
    """Sizes and likeness of classrooms, by what each user adds to the mean."""
    values = ((people["y"] - mean * people["k"]) / people["k"].mean()).to_numpy()  # pyright: ignore[reportOperatorIssue]
    _, places, sizes = np.unique(people["classroom_id"].to_numpy(), return_inverse=True, return_counts=True)
    means = np.bincount(places, values) / sizes
    within = np.bincount(places, (values - means[places]) ** 2, minlength=len(sizes)).astype(float)
    correlation = intraclass_correlation(sizes.astype(float), means, within)
    return {
        "cluster_size": float(sizes.mean()),
        "cluster_size_variation": float(sizes.std() / sizes.mean()),
        "intraclass_correlation": correlation if np.isfinite(correlation) else 0.0,
    }
