"""A randomised encouragement as instrument: the effect on those whom it moved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.stats.causal.influence import (
    CausalEstimate,
    Floats,
    fieller,
    mean_covariance,
)
from analytics_platform.stats.causal.regression import naive_difference


@dataclass(frozen=True)
class ComplierEffect:
    """Effect of taking treatment up on compliers.

    Attributes:
        estimate: effect on compliers (Wald), in units of the outcome; None where nobody complies.
        standard_error: by the delta method, for display; the interval does not rest on it.
        low: lower end of the Anderson–Rubin interval; None where it is unbounded.
        high: upper end; None where it is unbounded.
        p_value: of no effect, equal to that of the intention to treat.
        intention_to_treat: effect of the encouragement on the outcome.
        uptake: effect of the encouragement on uptake, the share of compliers.
        first_stage_f: F statistic of that.
        always_share: share who take it up even unencouraged.
        never_share: share who do not even when encouraged.
        control_mean: mean outcome of compliers without treatment; None where nobody complies.
    """

    estimate: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    p_value: float
    intention_to_treat: CausalEstimate
    uptake: CausalEstimate
    first_stage_f: float
    always_share: float
    never_share: float
    control_mean: float | None


def complier_effect(
    encouraged: NDArray[np.bool_],
    taken: NDArray[np.bool_],
    outcome: Floats,
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> ComplierEffect:
    """Wald's ratio with an interval that stays honest however weak the instrument.

    It is the effect on compliers if encouragement was randomised, acts through uptake alone (exclusion)
    and keeps nobody from it (monotonicity).

    Args:
        encouraged: shape (n,).
        taken: shape (n,).
        outcome: shape (n,).
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Raises:
        ValueError: an arm has fewer than two units.

    Source: Imbens and Angrist (1994), *Econometrica* 62; Anderson and Rubin (1949), *Ann. Math. Stat.* 20.
    """
    assigned = naive_difference(outcome, encouraged, clusters, alpha)
    uptake = naive_difference(taken.astype(float), encouraged, clusters, alpha)
    pair = np.stack([_influence(values, encouraged) for values in (outcome, taken.astype(float))])
    covariance, degrees = mean_covariance(pair, clusters)
    critical = float(stats.t.ppf(1 - alpha / 2, degrees))
    compliers = uptake.estimate
    interval = fieller(assigned.estimate, compliers, covariance, critical)
    wald = assigned.estimate / compliers if compliers else None
    gradient = np.array([1.0, -(wald or 0.0)])
    error = float(np.sqrt(gradient @ covariance @ gradient) / abs(compliers)) if compliers else None
    first_stage = compliers**2 / covariance[1, 1] if covariance[1, 1] > 0 else 0.0
    untaken = np.where(taken, 0.0, outcome)
    without = (untaken[~encouraged].mean() - untaken[encouraged].mean()) / compliers if compliers else None
    return ComplierEffect(
        estimate=wald,
        standard_error=error,
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        p_value=assigned.p_value,
        intention_to_treat=assigned,
        uptake=uptake,
        first_stage_f=float(first_stage),
        always_share=float(taken[~encouraged].mean()),
        never_share=float((~taken[encouraged]).mean()),
        control_mean=None if without is None else float(without),
    )


def _influence(values: Floats, encouraged: NDArray[np.bool_]) -> Floats:
    """Influence of each unit on the difference of means, with Welch's variance."""
    influence = np.zeros(len(values))
    for arm, sign in ((encouraged, 1.0), (~encouraged, -1.0)):
        size = arm.sum()
        scale = len(values) / size * np.sqrt(size / (size - 1))
        influence[arm] = sign * scale * (values[arm] - values[arm].mean())
    return influence
