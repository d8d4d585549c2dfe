"""Inverse-probability weighting: arms are counted so that they look like one population."""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import CausalEstimate, Floats, estimate_of


def weights_of(propensity: Floats, treated: NDArray[np.bool_], estimand: str = "ate") -> Floats:
    """Weight of each unit, shape (n,): 1/e and 1/(1-e) for `ate`; 1 and e/(1-e) for `att`."""
    if estimand == "ate":
        return np.where(treated, 1 / propensity, 1 / (1 - propensity))
    return np.where(treated, 1.0, propensity / (1 - propensity))


def has_overlap(propensity: Floats, estimand: str = "ate", bound: float = 0.01) -> NDArray[np.bool_]:
    """Units whose comparison exists, shape (n,): e below 1 - bound, and for `ate` above the bound too.

    Trimming changes the question to the units that remain.

    Source: Crump, Hotz, Imbens and Mitnik (2009), *Biometrika* 96.
    """
    kept = propensity <= 1 - bound
    return kept if estimand == "att" else kept & (propensity >= bound)


def weighted_difference(
    outcome: Floats,
    treated: NDArray[np.bool_],
    propensity: Floats,
    estimand: str = "ate",
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """Difference of weighted means (Hájek); its propensity is taken as known.

    Args:
        outcome: shape (n,).
        treated: shape (n,).
        propensity: chance of treatment, strictly between 0 and 1, shape (n,).
        estimand: `ate` or `att`.
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Source: Hirano, Imbens and Ridder (2003), *Econometrica* 71.
    """
    weights = weights_of(propensity, treated, estimand)
    control, with_it = (np.where(arm, weights, 0.0) for arm in (~treated, treated))
    base = float(np.average(outcome, weights=control))
    mean = float(np.average(outcome, weights=with_it))
    base_influence = control / control.mean() * (outcome - base)
    influence = with_it / with_it.mean() * (outcome - mean) - base_influence
    return estimate_of(mean - base, influence, base, base_influence, clusters, alpha)
