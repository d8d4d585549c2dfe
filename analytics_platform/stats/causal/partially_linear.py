"""Double machine learning, partially linear: what treatment is left unexplained against what outcome is."""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import CausalEstimate, Floats, estimate_of
from analytics_platform.stats.causal.nuisance import Nuisances


def partially_linear(
    outcome: Floats,
    treated: NDArray[np.bool_],
    nuisances: Nuisances,
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """Effect, one for all, by regressing residual on residual.

    Where effects differ it is an average that favours units whose treatment is least predictable.

    Args:
        outcome: shape (n,).
        treated: shape (n,).
        nuisances: cross-fitted predictions of the same units.
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Raises:
        ValueError: treatment is fully predicted.

    Source: Robinson (1988), *Econometrica* 56; Chernozhukov et al. (2018), *Econometrics Journal* 21.
    """
    treatment = treated.astype(float)
    unexplained = treatment - nuisances.propensity
    spread = float(np.mean(unexplained**2))
    if spread <= 0:
        raise ValueError("treatment is fully predicted by the covariates")
    residual = outcome - nuisances.expected_outcome
    effect = float(np.mean(unexplained * residual) / spread)
    influence = unexplained * (residual - effect * unexplained) / spread
    base = float(np.mean(outcome) - effect * np.mean(treatment))
    base_influence = outcome - effect * treatment - base - influence * np.mean(treatment)
    return estimate_of(effect, influence, base, base_influence, clusters, alpha)


def common_slope(
    covariates: Floats,
    outcome: Floats,
    treated: NDArray[np.bool_],
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """Effect by least squares with one slope per covariate, robust to heteroskedasticity and clusters.

    Unlike a line for each arm it can use a covariate that nearly settles treatment, because it asks only
    for the jump at treatment beside a smooth course in the covariate.

    Args:
        covariates: shape (n, k).
        outcome: shape (n,).
        treated: shape (n,).
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Raises:
        ValueError: treatment is fully predicted.

    Source: Frisch and Waugh (1933), *Econometrica* 1.
    """
    design = np.column_stack([np.ones(len(outcome)), covariates])
    both = np.column_stack([treated.astype(float), outcome])
    fitted = design @ np.linalg.lstsq(design, both, rcond=None)[0]
    if np.allclose(both[:, 0], fitted[:, 0]):
        raise ValueError("treatment is fully predicted by the covariates")
    nuisances = Nuisances(fitted[:, 0], fitted[:, 1], fitted[:, 1], fitted[:, 1], {})
    return partially_linear(outcome, treated, nuisances, clusters, alpha)
