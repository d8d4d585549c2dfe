"""Balance: how alike the arms are in what was measured, before and after weighting."""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import Floats

BALANCED = 0.1


def standardised_differences(
    covariates: Floats, treated: NDArray[np.bool_], weights: Floats | None = None
) -> Floats:
    """Difference of means in units of the unweighted pooled SD, shape (k,); below .1 counts as balanced.

    Args:
        covariates: shape (n, k).
        treated: shape (n,).
        weights: weight of each unit, shape (n,); None: all alike.

    Source: Austin (2009), *Statistics in Medicine* 28.
    """
    weights = np.ones(len(treated)) if weights is None else weights
    arms = (treated, ~treated)
    with_it, without = (np.average(covariates[arm], axis=0, weights=weights[arm]) for arm in arms)
    spread = np.sqrt(np.mean([covariates[arm].var(axis=0) for arm in arms], axis=0))
    return np.divide(with_it - without, spread, out=np.zeros(len(spread)), where=spread > 0)
