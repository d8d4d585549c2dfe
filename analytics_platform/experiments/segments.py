"""Effects by segment: rows of `experiments.segment_effects`, drawn together as the largest is mostly noise.

Segments are a search, not a test: the shrunken effects are what to expect, and the heterogeneity test says
whether segments differ at all.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from analytics_platform.experiments.methods import best_arms
from analytics_platform.experiments.plan import Goal, Plan
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.experiments.tables import SEGMENT_EFFECTS
from analytics_platform.stats import arms as two_arms
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.multiplicity import benjamini_hochberg
from analytics_platform.stats.shrinkage import shrink

Row = dict[str, Any]

FEWEST_UNITS = {"user": 50, "classroom": 5}
"""Units that each arm of a segment needs."""

SegmentMoments = Mapping[tuple[str, str], Mapping[str, Moments]]
"""Moments by (dimension, segment), then by variant."""


def segment_effects(plan: Plan, samples: Mapping[str, SegmentMoments]) -> list[Row]:
    """Effects in every segment, for metrics that moments tell.

    Args:
        plan: the experiment.
        samples: by metric, segment and variant.
    """
    rows: list[Row] = []
    for goal in plan.goals:
        segments = samples.get(goal.metric, {})
        for variant, names in plan.comparisons.items():
            found = [
                _row(plan, goal, variant, place, _merged(arms, [plan.control]), _merged(arms, names))
                for place, arms in segments.items()
            ]
            rows += _drawn_together(found, plan.alpha)
    return rows


def _merged(arms: Mapping[str, Moments], names: Any) -> Moments | None:
    present = [arms[name] for name in names if name in arms and arms[name].n > 0]
    return sum(present[1:], start=present[0]) if present else None


def _row(
    plan: Plan,
    goal: Goal,
    variant: str,
    place: tuple[str, str],
    control: Moments | None,
    treatment: Moments | None,
) -> Row:
    units = [0 if arm is None else int(arm.n) for arm in (control, treatment)]
    row: Row = {
        **dict.fromkeys(SEGMENT_EFFECTS.names),
        "experiment_id": plan.experiment_id,
        "as_of_date": plan.as_of,
        "variant": variant,
        "metric": goal.metric,
        "dimension": place[0],
        "segment": place[1],
        "control_units": units[0],
        "treatment_units": units[1],
    }
    fewest = FEWEST_UNITS[plan.unit]
    if control is None or treatment is None or min(units) < fewest:
        return row | {"reason": f"an arm has {min(units)} units here, and {fewest} are needed"}
    arms = best_arms(plan, goal, control, treatment)
    row |= {"control_mean": number_or_none(arms.control), "treatment_mean": number_or_none(arms.treatment)}
    reason = two_arms.why_not(arms, alpha=plan.alpha)
    if reason:
        return row | {"reason": reason}
    absolute, relative = two_arms.absolute(arms, plan.alpha), two_arms.relative(arms, plan.alpha)
    return row | {
        **interval_columns(absolute, relative),
        "p_value": number_or_none(absolute.p_value),
        "standard_error": number_or_none(relative.standard_error),
        "reason": two_arms.why_not(arms, is_relative=True, alpha=plan.alpha),
    }


def interval_columns(absolute: two_arms.Interval, relative: two_arms.Interval) -> Row:
    """The six columns of an effect; a relative one has both limits or none."""
    bounded = number_or_none(relative.low) is not None and number_or_none(relative.high) is not None
    return {
        "effect": number_or_none(absolute.estimate),
        "effect_low": number_or_none(absolute.low),
        "effect_high": number_or_none(absolute.high),
        "relative_effect": number_or_none(relative.estimate),
        "relative_low": number_or_none(relative.low) if bounded else None,
        "relative_high": number_or_none(relative.high) if bounded else None,
    }


def _drawn_together(rows: list[Row], alpha: float) -> list[Row]:
    """Adjusted p-values over all segments of a metric; shrunken effects within each dimension."""
    if not rows:
        return rows
    p_values = benjamini_hochberg(_column(rows, "p_value"))
    for row, p_value in zip(rows, p_values, strict=True):
        row["adjusted_p_value"] = number_or_none(p_value)
    for dimension in dict.fromkeys(row["dimension"] for row in rows):
        part = [row for row in rows if row["dimension"] == dimension]
        shrunken = shrink(_column(part, "relative_effect"), _column(part, "standard_error"), alpha)
        for place, row in enumerate(part):
            row |= {
                "shrunken_relative_effect": number_or_none(shrunken.estimate[place]),
                "shrunken_low": number_or_none(shrunken.low[place]),
                "shrunken_high": number_or_none(shrunken.high[place]),
                "heterogeneity_p_value": number_or_none(shrunken.heterogeneity_p_value),
            }
    for row in rows:
        row.pop("standard_error", None)
    return rows


def _column(rows: list[Row], name: str) -> np.ndarray:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=np.float64)
