"""A question of planning, and its answer in numbers and one sentence."""

import math
from dataclasses import dataclass
from typing import Any

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.history import Baseline
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform.stats.power import MOST_UNITS, Design

MOST_EFFECT = 1_000.0


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
        weekly = self.weekly_units
        for option, value, fits, said in (
            (
                "--effect",
                self.effect,
                -1.0 < self.effect <= MOST_EFFECT and self.effect != 0.0,
                f"above -1, at most {MOST_EFFECT:g}, and not 0",
            ),
            ("--alpha", self.alpha, 0.0 < self.alpha < 1.0, "between 0 and 1"),
            ("--power", self.power, self.alpha < self.power < 1.0, "between --alpha and 1"),
            ("--share", self.share, 0.0 < self.share < 1.0, "between 0 and 1"),
            (
                "--weekly-units",
                weekly,
                weekly is None or 0.0 < weekly <= MOST_UNITS,
                f"above 0 and at most {MOST_UNITS:g}",
            ),
        ):
            if not fits:
                raise AnalyticsError(f"{option} {value:g} is out of range; write a number {said}.")

    def beyond_all(self, share: float) -> str | None:
        """Why a share cannot change so much; None where it can.

        Args:
            share: of the units, before the change.
        """
        lifted = share * (1.0 + self.effect)
        if lifted <= 1.0:
            return None
        most = math.floor(1e6 * (1.0 / share - 1.0)) / 1e6
        return (
            f"an effect of {self.effect:g} would lift a share of {share:.3g} to {lifted:.3g}, and no share "
            f"exceeds 1; write an effect of at most {most:g}"
        )


def answer(question: Question, baseline: Baseline) -> dict[str, Any]:
    """What the design can find and what it would take, as one row.

    Args:
        question: the design and the effect.
        baseline: mean and spread of the metric.
    """
    row: dict[str, Any] = {
        "metric": baseline.metric,
        "unit": baseline.unit,
        "baseline_mean": None,
        "baseline_sd": None,
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
    row |= {"baseline_mean": baseline.mean, "baseline_sd": baseline.variance**0.5}
    outcome = OUTCOMES.get(baseline.metric)
    if outcome is not None and outcome.is_share and (beyond := question.beyond_all(baseline.mean)):
        return row | {"reason": beyond}
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
    row |= {"required_days": number_or_none(7.0 * needed / weekly), "units_in_time": int(units)}
    if units > 3.0 * max(baseline.cluster_size, 1.0):
        least = design.minimum_detectable_effect(units, question.power)
        row |= {
            "power_in_time": number_or_none(design.power(difference, units)),
            "minimum_detectable_effect": number_or_none(least / baseline.mean),
        }
    return row
