"""Diagnostics: rows of `experiments.diagnostics`. May the readout be believed, and will the effect last?"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analytics_platform.experiments.methods import of_arms
from analytics_platform.experiments.plan import Goal, Plan
from analytics_platform.experiments.readout import holm_of
from analytics_platform.experiments.reasons import counted, number_or_none, p_text, percent, sentence
from analytics_platform.experiments.sample import Sample, Samples
from analytics_platform.experiments.tables import DIAGNOSTICS
from analytics_platform.stats import sample_ratio
from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.clusters import cluster_means, clustered_slope
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.ratios import linearised

Row = dict[str, Any]
Floats = NDArray[np.float64]

ALARM = sample_ratio.ALARM
"""The adjusted level at which a diagnostic fails: as low as a mismatch's, since it stops all else."""

MOST_EXCLUDED = 0.01
"""Share of the units that may be excluded, or have been in two arms, before a result is in doubt."""

MOST_EARLY = 0.01
"""Share of the units that may have outcomes before their exposure."""

FEWEST_CLASSROOMS = 20

WIDEST_INTERFERENCE = 0.1
"""Half-width of the interval, as a share of the mean, beyond which no interference is not shown."""


def pre_period(plan: Plan, samples: Samples) -> list[Row]:
    """The effect on what came before, which must be none: each past is tested once, with Holm over all."""
    pasts = {
        _past_of(goal): goal
        for goal in reversed(plan.goals)
        if goal.pre_period_outcome is not None and goal.covariates
    }
    rows = [
        row
        for past, goal in reversed(pasts.items())
        for variant, arms in _compared(plan, samples.get(goal.metric, {}))
        if (row := _before(plan, goal, variant, arms, past)) is not None
    ]
    for row, p_value in zip(rows, holm_of([row["p_value"] for row in rows]), strict=True):
        row["passed"] = p_value is None or p_value >= ALARM
    return rows


def novelty(plan: Plan, goal: Goal, change: Mapping[str, Moments]) -> list[Row]:
    """Does the effect change with time since exposure? Each unit is compared with itself, week against week.

    Activity fades after exposure, and a constant lift of less is less: relative effects are compared, as the
    ratio of the arms' growth from week to week.

    Args:
        plan: the experiment.
        goal: the metric.
        change: by variant, moments of [late − early, k, early], a day each, over units with both weeks.
    """
    rows: list[Row] = []
    for variant, arms in _compared(plan, {name: Sample(moments) for name, moments in change.items()}):
        grown = [_growth(arm.moments) for arm in arms]
        if grown[0] is None or grown[1] is None:
            continue
        estimate = of_arms("change", arm_means(grown[0], grown[1]), plan.alpha)
        if estimate.effect is None:
            continue
        effect = [
            number_or_none(np.expm1(value))
            for value in (estimate.effect.estimate, estimate.effect.low, estimate.effect.high)
        ]
        p_value = number_or_none(estimate.effect.p_value)
        if p_value is None or effect[0] is None:
            continue
        rows.append(
            _row(plan, variant, "novelty", goal.metric, effect, p_value)
            | {
                "passed": p_value >= plan.alpha,
                "sentence": _wears(goal, effect, p_value),
            }
        )
    return rows


def _growth(moments: Moments) -> Moments | None:
    """Log of the second week's total over the first's, as the mean of one variable (delta method)."""
    change, _, early = (float(mean) for mean in moments.mean)
    late = early + change
    if not (early > 0.0 and late > 0.0):
        return None
    weights = np.array([[1.0 / late, 0.0, 1.0 / late - 1.0 / early]])
    return moments.transform(weights, np.log(late / early))


def interference(plan: Plan, goal: Goal, members: pl.DataFrame) -> list[Row]:
    """Do treated classmates change those left out?

    Control users' outcome on the share of their exposed classmates that were treated, clustered by classroom.

    Args:
        plan: a test that randomises users.
        goal: the metric.
        members: users in classrooms, in columns classroom_id, variant, y and x1 (its past).
    """
    data = _classmates(plan, members)
    classrooms = data["classroom_id"].n_unique()
    if plan.unit != "user" or classrooms < FEWEST_CLASSROOMS or data["share"].n_unique() < 2:
        return []
    y = data["y"].to_numpy().astype(float)
    design = np.column_stack([np.ones(len(y)), data["share"].to_numpy(), data["x1"].to_numpy().astype(float)])
    slope, error = clustered_slope(y, design, data["classroom_id"].to_numpy())
    mean = y.mean()
    if not (error > 0.0 and mean > 0.0):
        return []
    freedom = classrooms - 1.0
    reach = special.stdtrit(freedom, 1.0 - plan.alpha / 2.0) * error
    p_value = float(2.0 * special.stdtr(freedom, -abs(slope / error)))
    found = [float(value / mean) for value in (slope, slope - reach, slope + reach)]
    said = (
        f"for control users whose exposed classmates were all treated {goal.label} differed by "
        f"{percent(found[0])} from those whose were not ({_percent_range(found)}, {p_text(p_value)})"
    )
    return [
        _row(plan, variant, "interference", goal.metric, found, p_value)
        | _of_interference(p_value, reach / mean, said)
        for variant in plan.treatments[:1]
    ]


def _of_interference(p_value: float, reach: float, said: str) -> Row:
    """Failed, passed, or neither where the interval is too wide to tell."""
    if p_value >= ALARM and reach > WIDEST_INTERFERENCE:
        return {"passed": None, "sentence": sentence(f"interference cannot be ruled out: {said}")}
    return {"passed": p_value >= ALARM, "sentence": sentence(said)}


def exclusions(plan: Plan, counts: Mapping[str | None, int]) -> list[Row]:
    """Units left out, and units seen in several variants, as shares of all.

    Args:
        plan: the experiment.
        counts: units by reason of exclusion; None: not excluded.
    """
    total = sum(counts.values())
    if not total:
        return []
    groups = {"exclusions": [name for name in counts if name], "crossovers": ["multiple_variants"]}
    rows: list[Row] = []
    for name, reasons in groups.items():
        left_out = sum(counts.get(reason, 0) for reason in reasons)
        listed = ", ".join(
            f"{reason.replace('_', ' ')} {counts[reason]:,}" for reason in reasons if counts.get(reason)
        )
        what = "left out" if name == "exclusions" else "in more than one variant"
        share = left_out / total
        rows.append(
            _row(plan, None, name, None, [share, None, None], None)
            | {
                "passed": share <= MOST_EXCLUDED,
                "sentence": sentence(
                    f"{left_out:,} of {counted(total, plan.unit)} were {what} ({100 * share:.2f} %)"
                    + (f": {listed}" if listed and name == "exclusions" else "")
                ),
            }
        )
    return rows


def early_outcomes(plan: Plan, early: int, users: int) -> list[Row]:
    """Users whose outcomes began before their exposure; they can only hide an effect."""
    if not users:
        return []
    share = early / users
    said = f"{early:,} of {counted(users, 'user')} had outcomes before their exposure ({100 * share:.2f} %)"
    return [
        _row(plan, None, "early_outcomes", None, [share, None, None], None)
        | {"passed": share <= MOST_EARLY, "sentence": sentence(said)}
    ]


def _compared(plan: Plan, arms: Mapping[str, Sample]) -> Iterable[tuple[str, tuple[Sample, Sample]]]:
    """Control and each treatment that both have units."""
    for variant in plan.treatments:
        if (
            plan.control in arms
            and variant in arms
            and min(arms[plan.control].moments.n, arms[variant].moments.n) > 1
        ):
            yield variant, (arms[plan.control], arms[variant])


def _past_of(goal: Goal) -> tuple[str, ...]:
    """What is compared before exposure: the outcome's count, or both counts of a ratio."""
    first = goal.pre_period_outcome or 0
    return goal.covariates[first : first + (2 if goal.kind == "ratio" else 1)]


def _before(
    plan: Plan, goal: Goal, variant: str, arms: tuple[Sample, Sample], past: tuple[str, ...]
) -> Row | None:
    estimate = of_arms("past", _past(plan, goal, *(arm.moments for arm in arms)), plan.alpha)
    if estimate.relative is None or estimate.relative_reason:
        return None
    relative = estimate.relative
    values = [number_or_none(value) for value in (relative.estimate, relative.low, relative.high)]
    p_value = float(relative.p_value)
    said = (
        f"before the exposure, {' / '.join(past)} of the arms differed by {percent(float(relative.estimate))}"
    )
    return _row(plan, variant, "pre_period_aa", goal.metric, values, p_value) | {
        "sentence": sentence(f"{said} ({p_text(p_value)})")
    }


def _past(plan: Plan, goal: Goal, control: Moments, treatment: Moments) -> ArmMeans:
    """The two means before exposure: of a ratio those of its two totals, of classrooms for each member."""
    first = 2 + (goal.pre_period_outcome or 0)
    if goal.kind == "ratio" and control.variables > first + 1:
        parts = linearised(control.select(first, first + 1)), linearised(treatment.select(first, first + 1))
        return arm_means(*parts)
    if plan.unit == "classroom":
        return cluster_means(control.select(first, 1), treatment.select(first, 1))
    return arm_means(control.select(first), treatment.select(first))


def _classmates(plan: Plan, members: pl.DataFrame) -> pl.DataFrame:
    """Control users with at least one exposed classmate, and the share of those that were treated."""
    is_treated = (pl.col("variant") != plan.control).cast(pl.Float64)
    return (
        members.filter(pl.col("classroom_id").is_not_null())
        .with_columns(
            others=pl.len().over("classroom_id") - 1,
            treated=is_treated.sum().over("classroom_id") - is_treated,
        )
        .filter((pl.col("others") > 0) & (pl.col("variant") == plan.control))
        .with_columns(share=pl.col("treated") / pl.col("others"))
    )


def _wears(goal: Goal, effect: list[float | None], p_value: float) -> str:
    size = effect[0] or 0.0
    changed = f"from the first week to the second the effect on {goal.label} moved by {percent(size)}"
    if p_value >= 0.05:
        return sentence(f"no sign of novelty: {changed} ({p_text(p_value)})")
    kind = "wears off (novelty)" if goal.sign * size < 0.0 else "grows (primacy)"
    return sentence(f"the effect {kind}: {changed} ({p_text(p_value)})")


def _percent_range(found: list[float]) -> str:
    return f"{percent(found[1])} to {percent(found[2])}"


def _row(
    plan: Plan,
    variant: str | None,
    diagnostic: str,
    metric: str | None,
    values: list[float | None] | list[float],
    p_value: float | None,
) -> Row:
    return {
        **dict.fromkeys(DIAGNOSTICS.names),
        "experiment_id": plan.experiment_id,
        "variant": variant,
        "diagnostic": diagnostic,
        "metric": metric,
        "estimate": values[0],
        "low": values[1],
        "high": values[2],
        "p_value": p_value,
    }
