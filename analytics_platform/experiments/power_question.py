"""A question of planning, and its answer in numbers and one sentence."""

from dataclasses import dataclass
from typing import Any

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.history import Baseline
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.stats.power import Design


@dataclass(frozen=True)
class Question:
    """What is asked of a design.

    Attributes:
        effect: relative effect to find, not 0.
        alpha: two-sided level.
        power: chance wanted.
        days: days that the experiment runs.
        share: share of the units in the treatment arm.
        weekly_units: units a week; None: those of the baseline.
    """

    effect: float
    alpha: float = 0.05
    power: float = 0.8
    days: int = 28
    share: float = 0.5
    weekly_units: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no design can have.

        Raises:
            AnalyticsError: an option is out of range.
        """
        for option, value, fits in (
            ("--effect", self.effect, self.effect > -1.0 and self.effect != 0.0),
            ("--alpha", self.alpha, 0.0 < self.alpha < 1.0),
            ("--power", self.power, self.alpha < self.power < 1.0),
            ("--share", self.share, 0.0 < self.share < 1.0),
            ("--weekly-units", self.weekly_units, self.weekly_units is None or self.weekly_units > 0.0),
        ):
            if not fits:
                raise AnalyticsError(f"{option} {value:g} is out of range.")


def answer(question: Question, baseline: Baseline) -> dict[str, Any]:
    """What the design can find and what it would take, as one row.

    Args:
        question: the design and the effect.
        baseline: mean and spread of the metric.
    """
    row: dict[str, Any] = {
        "metric": baseline.metric,
        "unit": baseline.unit,
        "baseline_mean": number_or_none(baseline.mean),
        "baseline_sd": number_or_none(max(baseline.variance, 0.0) ** 0.5),
        "design_effect": None,
        "variance_reduction": baseline.variance_reduction,
        "required_units": None,
        "required_days": None,
        "units_in_time": None,
        "power_in_time": None,
        "minimum_detectable_effect": None,
        "reason": baseline.reason,
    }
    if baseline.reason or not (baseline.mean > 0.0 and baseline.variance > 0.0):
        return row | {"reason": baseline.reason or "the baseline has no positive mean or no spread"}
    design = Design(
        baseline.variance,
        treatment_share=question.share,
        alpha=question.alpha,
        cluster_size=max(baseline.cluster_size, 1.0),
        cluster_size_variation=baseline.cluster_size_variation,
        intraclass_correlation=max(baseline.intraclass_correlation, 0.0),
    )
    difference = question.effect * baseline.mean
    try:
        needed = design.required_units(difference, question.power)
    except ValueError as error:
        return row | {"reason": str(error)}
    row |= {
        "required_units": needed,
        "design_effect": design.design_effect if baseline.cluster_size > 1.0 else None,
    }
    weekly = question.weekly_units or baseline.weekly_units
    if weekly is None:
        return row
    units = weekly / 7.0 * question.days
    row |= {"required_days": 7.0 * needed / weekly, "units_in_time": int(units)}
    if units > 3.0 * max(baseline.cluster_size, 1.0):
        least = design.minimum_detectable_effect(units, question.power)
        row |= {
            "power_in_time": number_or_none(design.power(difference, units)),
            "minimum_detectable_effect": number_or_none(least / baseline.mean),
        }
    return row
