"""Taste: how much a person leans towards one choice, inferred from few choices.

Everybody's leaning is drawn from one beta distribution, fitted to all; a person's taste is the mean of what
it could be given the person's own choices. It moves smoothly with the choices made, which is what lets a
regression tell a leaning from having chosen at all.

Source: Skellam (1948), *JRSS B* 10, for the beta-binomial; Caetano (2015), *Econometrica* 83, for the
contrast at zero.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln

from analytics_platform.stats.causal.influence import Floats


def inferred_taste(chosen: NDArray, chances: NDArray, groups: NDArray | None = None) -> Floats:
    """Expected share of choices of each person, shape (n,), between 0 and 1.

    Args:
        chosen: times that each person chose it, shape (n,).
        chances: times that each person could have, at least 1, shape (n,).
        groups: people of different groups have different distributions, shape (n,).
    """
    taste = np.empty(len(chosen))
    groups = np.zeros(len(chosen)) if groups is None else groups
    for group in np.unique(groups):
        own = groups == group
        a, b = _beta(chosen[own].astype(float), chances[own].astype(float))
        taste[own] = (chosen[own] + a) / (chances[own] + a + b)
    return taste


def _beta(chosen: Floats, chances: Floats) -> tuple[float, float]:
    """The beta distribution under which the choices were likeliest."""
    pairs, times = np.unique(np.stack([chosen, chances]), axis=1, return_counts=True)

    def loss(logs: Floats) -> float:
        a, b = np.exp(np.clip(logs, -6, 6))
        return -float(times @ (betaln(pairs[0] + a, pairs[1] - pairs[0] + b) - betaln(a, b)))

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8})
    a, b = np.exp(np.clip(found.x, -6, 6))
    return float(a), float(b)
