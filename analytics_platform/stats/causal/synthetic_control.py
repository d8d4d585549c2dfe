"""Synthetic control: the one treated unit against the mix of others that moved as it did before.

Source: Abadie, Diamond and Hainmueller (2010), *JASA* 105; the conformal interval after Chernozhukov,
Wüthrich and Zhu (2021), *JASA* 116.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from analytics_platform.stats.causal.influence import Floats


@dataclass(frozen=True)
class SyntheticControl:
    """A treated unit beside its synthetic self.

    Attributes:
        weights: share of each donor, shape (donors,), at least 0 and 1 in all.
        gaps: outcome less the synthetic one in every period, shape (periods,).
        effect: mean gap from the launch on.
        synthetic_mean: mean synthetic outcome from the launch on.
        fit_error: root mean squared gap before the launch.
        error_ratio: root mean squared gap after over before.
        placebo_ratios: the same of each donor as if it had been treated, shape (donors,).
        p_value: share of all units whose ratio is at least the treated unit's; 1 / units at best.
    """

    weights: Floats
    gaps: Floats
    effect: float
    synthetic_mean: float
    fit_error: float
    error_ratio: float
    placebo_ratios: Floats
    p_value: float


def synthetic_control(treated: Floats, donors: Floats, launch: int) -> SyntheticControl:
    """Compare a unit with a mix of donors fitted before the launch.

    Args:
        treated: outcome by period, shape (periods,).
        donors: outcomes of units untreated throughout, shape (donors, periods).
        launch: first treated period.

    Raises:
        ValueError: there are fewer than two donors, or fewer than three periods before the launch.
    """
    if len(donors) < 2 or launch < 3 or launch >= len(treated):
        raise ValueError("needs two donors, three periods before the launch and one after")
    weights = simplex_weights(treated[:launch], donors[:, :launch])
    synthetic = weights @ donors
    gaps = treated - synthetic
    ratio = _error_ratio(gaps, launch)
    placebos = []
    for own in range(len(donors)):
        others = np.delete(donors, own, axis=0)
        mix = simplex_weights(donors[own, :launch], others[:, :launch])
        placebos.append(_error_ratio(donors[own] - mix @ others, launch))
    ratios = np.array(placebos)
    return SyntheticControl(
        weights=weights,
        gaps=gaps,
        effect=float(gaps[launch:].mean()),
        synthetic_mean=float(synthetic[launch:].mean()),
        fit_error=float(np.sqrt(np.mean(gaps[:launch] ** 2))),
        error_ratio=ratio,
        placebo_ratios=ratios,
        p_value=float((1 + (ratios >= ratio).sum()) / (1 + len(ratios))),
    )


def simplex_weights(target: Floats, donors: Floats) -> Floats:
    """Shares of donors, at least 0 and 1 in all, whose mix is nearest to a target in least squares.

    Args:
        target: shape (periods,).
        donors: shape (donors, periods).
    """
    scale = max(float(np.abs(target).max()), np.finfo(float).tiny)
    goal, pool = target / scale, donors / scale
    start = np.full(len(donors), 1 / len(donors))
    found = minimize(
        lambda w: float(np.sum((goal - w @ pool) ** 2)),
        start,
        jac=lambda w: -2 * pool @ (goal - w @ pool),
        bounds=[(0, 1)] * len(donors),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 1000},
    )
    weights = np.clip(found.x, 0, None)
    return weights / weights.sum()


def conformal_interval(
    treated: Floats, donors: Floats, launch: int, alpha: float = 0.1, grid: int = 81
) -> tuple[float, float] | None:
    """Constant effects that moving blocks of the periods do not reject, or None where all are kept.

    Each effect is taken off the treated periods, the mix refitted on all periods, and the mean absolute
    gap after the launch ranked among all cyclic shifts of the gaps.

    Args:
        treated: outcome by period, shape (periods,).
        donors: shape (donors, periods).
        launch: first treated period.
        alpha: one less the confidence; at least 1 / periods.
        grid: effects tried, over twelve times the spread of the gaps.
    """
    first = treated - simplex_weights(treated[:launch], donors[:, :launch]) @ donors
    spread = 6 * max(float(np.std(first)), 1e-9)
    middle = float(first[launch:].mean())
    tried = np.linspace(middle - spread, middle + spread, grid)
    kept = [effect for effect in tried if _shift_p_value(treated, donors, launch, effect) > alpha]
    if not kept or kept[0] == tried[0] or kept[-1] == tried[-1]:
        return None
    return float(kept[0]), float(kept[-1])


def _shift_p_value(treated: Floats, donors: Floats, launch: int, effect: float) -> float:
    adjusted = treated.copy()
    adjusted[launch:] -= effect
    gaps = np.abs(adjusted - simplex_weights(adjusted, donors) @ donors)
    after = len(treated) - launch
    shifted: NDArray[np.float64] = np.array(
        [np.roll(gaps, step)[-after:].mean() for step in range(len(gaps))]
    )
    return float(np.mean(shifted >= shifted[0] - 1e-12))


def _error_ratio(gaps: Floats, launch: int) -> float:
    before = max(float(np.mean(gaps[:launch] ** 2)), np.finfo(float).tiny)
    return float(np.sqrt(np.mean(gaps[launch:] ** 2) / before))
