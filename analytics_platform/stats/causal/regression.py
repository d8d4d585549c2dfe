"""The naive difference, and regression with a line of its own for each arm."""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import CausalEstimate, Floats, estimate_of

FULL_LEVERAGE = 1 - 1e-9


def naive_difference(
    outcome: Floats, treated: NDArray[np.bool_], clusters: NDArray | None = None, alpha: float = 0.05
) -> CausalEstimate:
    """Mean outcome of the treated less that of the others: right only if nothing else differs.

    Args:
        outcome: shape (n,).
        treated: shape (n,).
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Raises:
        ValueError: an arm has fewer than two units.
    """
    return adjusted_difference(np.empty((len(outcome), 0)), outcome, treated, "ate", clusters, alpha)


def adjusted_difference(
    covariates: Floats,
    outcome: Floats,
    treated: NDArray[np.bool_],
    estimand: str = "ate",
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """Difference of two regressions, one an arm, at the mean covariates; heteroskedasticity-robust (HC2).

    Args:
        covariates: shape (n, k).
        outcome: shape (n,).
        treated: shape (n,).
        estimand: `ate`: at the mean of all; `att`: at the mean of the treated.
        clusters: cluster of each unit, shape (n,).
        alpha: one less the confidence.

    Raises:
        ValueError: an arm has fewer than two units.

    Source: Lin (2013), *Annals of Applied Statistics* 7; MacKinnon and White (1985) for HC2.
    """
    if min(treated.sum(), (~treated).sum()) < 2:
        raise ValueError("each arm needs at least two units")
    aim = np.ones(len(outcome)) if estimand == "ate" else treated.astype(float)
    centre = np.average(covariates, axis=0, weights=aim)
    design = np.column_stack([np.ones(len(outcome)), covariates - centre])
    means, parts = zip(*(_arm(design, outcome, arm) for arm in (~treated, treated)), strict=True)
    slopes = [coefficients for coefficients, _ in parts]
    residuals = [influence for _, influence in parts]
    moved = design[:, 1:] * (aim / aim.mean())[:, None]
    control = residuals[0] + moved @ slopes[0][1:]
    treatment = residuals[1] + moved @ slopes[1][1:]
    return estimate_of(means[1] - means[0], treatment - control, means[0], control, clusters, alpha)


def _arm(design: Floats, outcome: Floats, arm: NDArray[np.bool_]) -> tuple[float, tuple[Floats, Floats]]:
    """Intercept of one arm's regression, its coefficients, and each unit's influence on the intercept."""
    own = design[arm]
    inverse = np.linalg.pinv(own.T @ own, hermitian=True)
    coefficients = inverse @ (own.T @ outcome[arm])
    leverage = np.minimum(np.einsum("ij,jk,ik->i", own, inverse, own), FULL_LEVERAGE)
    residual = (outcome[arm] - own @ coefficients) / np.sqrt(1 - leverage)
    influence = np.zeros(len(outcome))
    influence[arm] = len(outcome) * (own @ inverse[0]) * residual
    return float(coefficients[0]), (coefficients, influence)
