"""Readouts: every metric of an experiment by every method, as rows of `experiments.readouts`.

Pure: a plan and samples in, rows out. What cannot be estimated has a reason and no number.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analytics_platform.experiments.methods import Estimate, estimates
from analytics_platform.experiments.plan import Goal, Plan
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.experiments.sample import Sample, Samples, pooled
from analytics_platform.experiments.tables import READOUTS
from analytics_platform.stats.margins import equivalence, non_inferiority
from analytics_platform.stats.multiplicity import holm

Row = dict[str, Any]


def readouts(plan: Plan, samples: Samples) -> list[Row]:
    """Rows of every metric, comparison and method, with p-values adjusted over the experiment.

    Args:
        plan: the experiment on the day it is read.
        samples: by metric and variant; an arm that is missing has no unit.
    """
    rows: list[Row] = []
    for goal in plan.goals:
        arms = samples.get(goal.metric, {})
        for variant, names in plan.comparisons.items():
            control = arm_of(arms, [plan.control])
            rows += _compared(plan, goal, variant, control, arm_of(arms, names))
    return _adjusted(plan, rows)


def decisive(rows: Iterable[Row], variant: str) -> dict[str, Row]:
    """The decisive row of each metric of a comparison."""
    return {row["metric"]: row for row in rows if row["is_decisive"] and row["variant"] == variant}


def arm_of(arms: Mapping[str, Sample], names: Iterable[str]) -> Sample:
    """Several arms as one; without a unit where none is there."""
    present = [arms[name] for name in names if name in arms]
    variables = max((sample.moments.variables for sample in arms.values()), default=2)
    return pooled(present) if present else Sample.empty(variables)


def _compared(plan: Plan, goal: Goal, variant: str, control: Sample, treatment: Sample) -> list[Row]:
    found, best = estimates(plan, goal, control, treatment)
    units = {"control_units": control.moments.n, "treatment_units": treatment.moments.n}
    return [
        {
            **dict.fromkeys(READOUTS.names),
            "experiment_id": plan.experiment_id,
            "as_of_date": plan.as_of,
            "variant": variant,
            "control_variant": plan.control,
            "metric": goal.metric,
            "kind": goal.kind,
            "purpose": goal.purpose,
            "alpha": plan.alpha,
            "is_decisive": estimate.method == best,
            **{name: _whole(count) for name, count in units.items()},
            **_numbers(estimate),
            **_guarded(goal, estimate),
        }
        for estimate in found
    ]


def _numbers(estimate: Estimate) -> Row:
    """Means, effects and intervals of an estimate."""
    means = _means(estimate)
    if estimate.reason or estimate.effect is None or estimate.relative is None:
        return {**means, "method": estimate.method, "reason": estimate.reason}
    absolute, relative, posterior = estimate.effect, estimate.relative, estimate.posterior
    row = {
        "method": estimate.method,
        **means,
        "effect": absolute.estimate,
        "effect_low": absolute.low,
        "effect_high": absolute.high,
        "relative_effect": relative.estimate,
        "relative_low": relative.low,
        "relative_high": relative.high,
        "standard_error": absolute.standard_error,
        "p_value": absolute.p_value,
        "variance_reduction": estimate.variance_reduction,
    }
    if posterior is not None and estimate.arms is not None:
        scale = float(estimate.arms.control)
        row |= {
            "relative_effect": posterior.mean,
            "relative_low": posterior.low,
            "relative_high": posterior.high,
            "effect": posterior.mean * scale,
            "effect_low": posterior.low * scale,
            "effect_high": posterior.high * scale,
            "standard_error": posterior.standard_deviation * scale,
            "p_value": None,
            "chance_to_win": posterior.chance_to_win,
            "expected_loss": posterior.loss_of_shipping,
        }
    cleaned: Row = {name: number_or_none(value) if name != "method" else value for name, value in row.items()}
    cleaned["reason"] = (
        None if estimate.relative_reason is None else f"no relative effect: {estimate.relative_reason}"
    )
    return _without_unbounded(cleaned)


def _means(estimate: Estimate) -> Row:
    arms = estimate.arms
    if arms is None:
        return {}
    return {
        "control_mean": number_or_none(arms.control if arms.control_units else None),
        "treatment_mean": number_or_none(arms.treatment if arms.treatment_units else None),
        "degrees_of_freedom": number_or_none(arms.degrees_of_freedom) if not estimate.reason else None,
    }


def _without_unbounded(row: Row) -> Row:
    """An interval with one end missing is none: early looks of a sequential design have no bound yet."""
    if row["effect_low"] is None or row["effect_high"] is None:
        row |= {
            "effect_low": None,
            "effect_high": None,
            "reason": "too little is known yet for this look to bound the effect",
        }
    if row["relative_low"] is None or row["relative_high"] is None:
        row |= {"relative_low": None, "relative_high": None}
    return row


def _guarded(goal: Goal, estimate: Estimate) -> Row:
    """Non-inferiority and equivalence at the margin, at half the level: they agree with the interval."""
    if goal.margin is None or estimate.arms is None or estimate.reason or estimate.posterior is not None:
        return {"margin": goal.margin}
    is_relative, alpha = goal.has_relative_margin, estimate.level / 2
    worse = non_inferiority(
        estimate.arms, goal.margin, is_relative=is_relative, higher_is_better=goal.sign > 0, alpha=alpha
    )
    other = equivalence(estimate.arms, goal.margin, is_relative=is_relative, alpha=alpha)
    p_value = number_or_none(worse.p_value)
    return {
        "margin": goal.margin,
        "margin_p_value": p_value,
        "is_non_inferior": None if p_value is None else bool(worse.is_non_inferior),
        "equivalence_p_value": number_or_none(other.p_value),
        "is_equivalent": None if p_value is None else bool(other.is_equivalent),
    }


def _adjusted(plan: Plan, rows: list[Row]) -> list[Row]:
    """Holm over the decisive secondary metrics and variants, and apart over the primary's variants.

    A guardrail is not adjusted: a Ship needs all of them. Pooled variants repeat single ones and stay out.
    """
    for purpose in ("primary", "secondary"):
        family = [
            row
            for row in rows
            if row["is_decisive"] and row["purpose"] == purpose and row["variant"] in plan.treatments
        ]
        for row, p_value in zip(family, holm_of([row["p_value"] for row in family]), strict=True):
            row["adjusted_p_value"] = p_value
    for row in rows:
        if row["is_decisive"] and row["adjusted_p_value"] is None:
            row["adjusted_p_value"] = row["p_value"]
    return rows


def holm_of(p_values: list[float | None]) -> list[float | None]:
    """Holm's p-values of those there are."""
    known = np.array([np.nan if value is None else value for value in p_values])
    return [number_or_none(value) for value in holm(known)] if len(known) else []


def _whole(count: ArrayLike) -> int:
    return int(np.asarray(count))
