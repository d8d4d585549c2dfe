"""Overlap: whether every unit could have gone either way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.causal.influence import Floats
from analytics_platform.stats.causal.weighting import weights_of


@dataclass(frozen=True)
class Overlap:
    """Propensities of both arms.

    Attributes:
        edges: edges of the bins of propensity, shape (bins + 1,).
        control_shares: share of the untreated in each bin, shape (bins,).
        treated_shares: share of the treated in each bin, shape (bins,).
        share_outside: share of all units whose propensity lies outside .05 to .95.
        control_effective: untreated units that the weighted mean is worth (Kish).
        treated_effective: treated units that the weighted mean is worth.
    """

    edges: Floats
    control_shares: Floats
    treated_shares: Floats
    share_outside: float
    control_effective: float
    treated_effective: float


def overlap(propensity: Floats, treated: NDArray[np.bool_], estimand: str = "ate", bins: int = 20) -> Overlap:
    """Describe the overlap of the arms.

    Args:
        propensity: chance of treatment, shape (n,).
        treated: shape (n,); both arms have units.
        estimand: whose weights the effective sizes are about, `ate` or `att`.
        bins: of the histogram.
    """
    edges = np.linspace(0, 1, bins + 1)
    weights = weights_of(propensity, treated, estimand)
    shares = [np.histogram(propensity[arm], edges)[0] / arm.sum() for arm in (~treated, treated)]
    effective = [float(weights[arm].sum() ** 2 / (weights[arm] ** 2).sum()) for arm in (~treated, treated)]
    outside = float(np.mean((propensity < 0.05) | (propensity > 0.95)))
    return Overlap(edges, shares[0], shares[1], outside, effective[0], effective[1])
