"""Effects over time: rows of `experiments.effects_over_time`.

Three questions a single number hides: as of which day was it known (`as_of`, with the sequential interval),
does it wear off (`days_since_exposure`), and did early and late comers differ (`cohort`)?
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from analytics_platform.experiments.methods import best_arms, of_arms, sequentially
from analytics_platform.experiments.plan import Goal, Looks, Plan
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.experiments.segments import interval_columns
from analytics_platform.experiments.tables import EFFECTS_OVER_TIME
from analytics_platform.stats.moments import Moments

Row = dict[str, Any]
Curve = Literal["as_of", "days_since_exposure", "cohort"]

Points = Mapping[int, Mapping[str, Moments]]
"""Moments by position (days since the start, or since exposure), then by variant."""


def effects_over_time(
    plan: Plan,
    curves: Mapping[tuple[str, Curve], Points],
    looks: Mapping[int, tuple[float, ...]],
    start: date | None = None,
) -> list[Row]:
    """All curves of an experiment.

    Args:
        plan: the experiment.
        curves: points by metric and curve.
        looks: shares of the planned information at each look so far, by days since the start.
        start: first day of the experiment; None leaves the days of positions out.
    """
    goals = {goal.metric: goal for goal in plan.goals}
    rows: list[Row] = []
    for (metric, curve), points in curves.items():
        for variant, names in plan.comparisons.items():
            rows += _curve(plan, goals[metric], (variant, names), (curve, points), looks, start)
    return rows


def _curve(
    plan: Plan,
    goal: Goal,
    compared: tuple[str, tuple[str, ...]],
    drawn: tuple[Curve, Points],
    looks: Mapping[int, tuple[float, ...]],
    start: date | None,
) -> list[Row]:
    (variant, names), (curve, points) = compared, drawn
    has_crossed = False
    rows: list[Row] = []
    for position in sorted(points):
        arms = points[position]
        control, treatment = _merged(arms, (plan.control,)), _merged(arms, names)
        row: Row = {
            **dict.fromkeys(EFFECTS_OVER_TIME.names),
            "experiment_id": plan.experiment_id,
            "variant": variant,
            "metric": goal.metric,
            "curve": curve,
            "position": position,
            "position_date": None
            if start is None or curve == "days_since_exposure"
            else _day(start, position),
            "control_units": 0 if control is None else int(control.n),
            "treatment_units": 0 if treatment is None else int(treatment.n),
        }
        if control is None or treatment is None:
            rows.append(row | {"reason": "an arm has no unit yet"})
            continue
        today = _looks(plan, looks, position, max(points)) if curve == "as_of" else None
        row |= _point(plan, goal, control, treatment, today)
        if today is not None and today.design != "fixed":
            has_crossed = has_crossed or _excludes_zero(row["boundary_low"], row["boundary_high"])
            row |= {"information_fraction": today.information[-1], "has_crossed": has_crossed}
        rows.append(row)
    return rows


def _point(plan: Plan, goal: Goal, control: Moments, treatment: Moments, looks: Looks | None) -> Row:
    estimate = of_arms("best", best_arms(plan, goal, control, treatment), plan.alpha)
    if estimate.reason or estimate.effect is None or estimate.relative is None:
        return {"reason": estimate.reason}
    row = interval_columns(estimate.effect, estimate.relative) | {"reason": estimate.relative_reason}
    if looks is None:
        return row
    if looks.design == "fixed":
        return row
    relative = sequentially(estimate, looks, plan.alpha).relative
    assert relative is not None
    low, high = number_or_none(relative.low), number_or_none(relative.high)
    return row if low is None or high is None else row | {"boundary_low": low, "boundary_high": high}


def _looks(plan: Plan, looks: Mapping[int, tuple[float, ...]], position: int, last: int) -> Looks:
    """The looks as they stood on a day of the curve."""
    is_last = plan.has_ended and position == last
    return replace(plan.looks, information=looks.get(position, plan.looks.information), is_last=is_last)


def _merged(arms: Mapping[str, Moments], names: tuple[str, ...]) -> Moments | None:
    present = [arms[name] for name in names if name in arms and arms[name].n > 0]
    return sum(present[1:], start=present[0]) if present else None


def _excludes_zero(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0.0 or high < 0.0)


def _day(start: date, position: int) -> date:
    return date.fromordinal(start.toordinal() + position)
