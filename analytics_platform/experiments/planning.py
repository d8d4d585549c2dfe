"""Power plans: rows of `experiments.power_plans`. What an experiment can detect, and what it would take."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from analytics_platform.experiments.methods import effect_moments, per_member
from analytics_platform.experiments.plan import Goal, Plan
from analytics_platform.experiments.readout import arm_of
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.experiments.sample import Sample, Samples
from analytics_platform.experiments.tables import POWER_PLANS
from analytics_platform.stats.clusters import intraclass_correlation
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.power import Design
from analytics_platform.stats.ratios import linearised

Row = dict[str, Any]

TARGET_POWER = 0.8
TARGET_EFFECT = 0.05
"""Relative effect that is planned for where the experiment names none."""

NO_PLAN = "a quantile's variance is not known before its distribution is"


def power_plans(plan: Plan, samples: Samples, planned_units: int | None) -> list[Row]:
    """What each metric can detect, from the spread of the control arm so far.

    Args:
        plan: the experiment.
        samples: by metric and variant.
        planned_units: the largest sample planned; None: the one so far.
    """
    return [_row(plan, goal, samples.get(goal.metric, {}), planned_units) for goal in plan.goals]


def residual(goal: Goal, moments: Moments, *, is_clustered: bool = False) -> tuple[float, float]:
    """Mean and variance of one unit, what its covariates explain left out.

    Args:
        goal: the metric.
        moments: of [y, k, covariates…].
        is_clustered: whether units are clusters, whose mean is a ratio.
    """
    values = linearised(per_member(moments, moments)[0]) if is_clustered else effect_moments(goal, moments)
    spread = values.covariance
    beside, within = spread[0, 1:], spread[1:, 1:]
    explained = float(beside @ np.linalg.pinv(within, hermitian=True) @ beside) if len(beside) else 0.0
    return float(values.mean[0]), max(float(spread[0, 0]) - explained, 0.0)


def design_of(plan: Plan, variance: float) -> Design:
    """The comparison of control with the first treatment, on their two arms alone."""
    shares = plan.shares[plan.control], plan.shares[plan.treatments[0]]
    return Design(variance, treatment_share=shares[1] / sum(shares), alpha=plan.alpha)


def _row(plan: Plan, goal: Goal, arms: Mapping[str, Sample], planned_units: int | None) -> Row:
    control = arm_of(arms, [plan.control])
    units = int(sum(float(sample.moments.n) for sample in arms.values()))
    target = plan.rule.minimum_effect or TARGET_EFFECT
    row: Row = {
        **dict.fromkeys(POWER_PLANS.names),
        "experiment_id": plan.experiment_id,
        "metric": goal.metric,
        "kind": goal.kind,
        "unit": plan.unit,
        "current_units": units,
        "planned_units": planned_units or units,
        "target_effect": target,
        "alpha": plan.alpha,
        "target_power": TARGET_POWER,
    }
    if goal.kind == "quantile":
        return row | {"reason": NO_PLAN}
    if control.moments.n < 3:
        return row | {"reason": f"the control arm has {int(control.moments.n)} units"}
    mean, variance = residual(goal, control.moments, is_clustered=plan.unit == "classroom")
    row |= {
        "baseline_mean": number_or_none(mean),
        "baseline_sd": number_or_none(math.sqrt(variance)) if variance >= 0 else None,
    }
    if not (mean > 0.0 and variance > 0.0):
        return row | {"reason": "the control arm has no positive mean or no spread"}
    return row | _clusters(plan, goal, control) | _plan_of(plan, design_of(plan, variance), mean, row)


def _plan_of(plan: Plan, design: Design, mean: float, row: Row) -> Row:
    target, needed = row["target_effect"], None
    try:
        needed = design.required_units(target * mean, TARGET_POWER)
    except ValueError:
        return {"reason": f"no sample finds an effect of {target:g}"}
    pace = row["current_units"] / max(plan.days, 1)
    return {
        "minimum_detectable_effect": _detectable(design, row["planned_units"], mean),
        "current_minimum_detectable_effect": _detectable(design, row["current_units"], mean),
        "required_units": needed,
        "required_days": needed / pace if pace > 0 else None,
        "power_at_target": number_or_none(design.power(target * mean, row["planned_units"])),
    }


def _detectable(design: Design, units: float, mean: float) -> float | None:
    return number_or_none(design.minimum_detectable_effect(units, TARGET_POWER) / mean) if units > 3 else None


def _clusters(plan: Plan, goal: Goal, control: Sample) -> Row:
    """Size and likeness of classrooms, where those are randomised; of a ratio the size alone."""
    if plan.unit != "classroom" or control.values is None or control.cluster_of is None:
        return {}
    names, places, sizes = np.unique(control.cluster_of, return_inverse=True, return_counts=True)
    means = np.bincount(places, control.values) / sizes
    within = np.bincount(places, (control.values - means[places]) ** 2, len(names)).astype(float)
    correlation = intraclass_correlation(sizes.astype(float), means, within)
    size = float(sizes.mean())
    if goal.kind == "ratio":
        return {"mean_cluster_size": size}
    variation = float((sizes**2).mean() / size**2)
    return {
        "cluster_icc": number_or_none(correlation),
        "mean_cluster_size": size,
        "design_effect": number_or_none(1.0 + max(size * variation - 1.0, 0.0) * correlation),
    }
