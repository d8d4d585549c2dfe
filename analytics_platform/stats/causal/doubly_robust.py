"""Augmented inverse-probability weighting (AIPW): right if either the propensity or the outcome model is."""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import CausalEstimate, Floats, estimate_of
from analytics_platform.stats.causal.nuisance import Nuisances


def aipw(
    outcome: Floats,
    treated: NDArray[np.bool_],
    nuisances: Nuisances,
    estimand: str = "ate",
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """Doubly robust effect on all units (`ate`) or on the treated (`att`).

    Args:
        outcome: shape (n,).
        treated: shape (n,).
        nuisances: cross-fitted predictions of the same units.
        estimand: `ate` or `att`.
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Source: Robins, Rotnitzky and Zhao (1994), *JASA* 89; Chernozhukov et al. (2018).
    """
    scores = _on_all if estimand == "ate" else _on_treated
    with_it, control, aim = scores(outcome, treated, nuisances)
    share = aim.mean()
    base, mean = float(control.mean() / share), float(with_it.mean() / share)
    base_influence = (control - aim * base) / share
    influence = (with_it - aim * mean) / share - base_influence
    return estimate_of(mean - base, influence, base, base_influence, clusters, alpha)


def _on_all(
    outcome: Floats, treated: NDArray[np.bool_], nuisances: Nuisances
) -> tuple[Floats, Floats, Floats]:
    chance = nuisances.propensity
    with_it = _normalised(np.where(treated, 1 / chance, 0.0), 1.0) * (outcome - nuisances.treated_outcome)
    without = _normalised(np.where(treated, 0.0, 1 / (1 - chance)), 1.0) * (
        outcome - nuisances.control_outcome
    )
    everybody = np.ones(len(outcome))
    return nuisances.treated_outcome + with_it, nuisances.control_outcome + without, everybody


def _on_treated(
    outcome: Floats, treated: NDArray[np.bool_], nuisances: Nuisances
) -> tuple[Floats, Floats, Floats]:
    aim = treated.astype(float)
    odds = nuisances.propensity / (1 - nuisances.propensity)
    weights = _normalised(np.where(treated, 0.0, odds), float(aim.mean()))
    residual = outcome - nuisances.control_outcome
    return aim * outcome, aim * nuisances.control_outcome + weights * residual, aim


def _normalised(weights: Floats, mean: float) -> Floats:
    """Weights with a given mean (Hájek), so that one extreme chance cannot blow up the whole."""
    return weights * mean / weights.mean()
