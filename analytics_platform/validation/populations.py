"""Populations whose truth is a sum: each arm is a finite table of kinds of units and their chances.

The units of each kind in a random sample follow a multinomial law, so that a million units cost what a few
hundred do, and means, effects and quantiles of the population are known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics_platform.stats.moments import Moments

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """What the units of one arm would do.

    Attributes:
        values: variables of each kind of unit, the outcome first, shape (kinds, variables).
        chances: share of each kind, shape (kinds,).
        strata: stratum of each kind, known before the experiment, shape (kinds,).
    """

    values: Floats
    chances: Floats
    strata: NDArray[np.int64]

    @property
    def mean(self) -> Floats:
        """Means of the variables, shape (variables,)."""
        return self.chances @ self.values

    @property
    def variance(self) -> float:
        """Variance of the outcome."""
        return float(self.chances @ (self.values[:, 0] - self.mean[0]) ** 2)

    def sample(self, random: np.random.Generator, units: int, replications: int) -> Floats:
        """Units of each kind in independent samples, shape (replications, kinds)."""
        return random.multinomial(units, self.chances, size=replications).astype(np.float64)

    def moments(self, counts: Floats) -> Moments:
        """Moments of the variables in samples.

        Args:
            counts: units of each kind, shape (..., kinds).
        """
        center = self.mean
        apart = self.values - center
        products = (apart[:, :, None] * apart[:, None, :]).reshape(len(apart), -1)
        n = counts.sum(axis=-1)
        mean = counts @ apart / np.maximum(n, 1.0)[..., None]
        square = (counts @ products).reshape(*n.shape, *2 * (self.values.shape[1],))
        between = n[..., None, None] * mean[..., :, None] * mean[..., None, :]
        return Moments(n, mean + center, square - between)

    def moments_by_stratum(self, counts: Floats) -> Moments:
        """Moments of each stratum, shape (strata, ...)."""
        parts = [self.moments(counts * (self.strata == stratum)) for stratum in np.unique(self.strata)]
        return Moments(
            *(np.stack([getattr(part, name) for part in parts]) for name in ("n", "mean", "cross"))
        )

    def with_outcome(self, outcome: Floats) -> "Arm":
        """The same units with another outcome, shape (kinds,)."""
        return Arm(np.column_stack([outcome, self.values[:, 1:]]), self.chances, self.strata)


def normal_points(count: int) -> Floats:
    """Equally likely points spread like a standard normal, scaled to variance 1."""
    points = special.ndtri((np.arange(count) + 0.5) / count)
    return points / points.std()


def crossed(*axes: ArrayLike) -> list[Floats]:
    """All combinations of the points of several axes, each flat."""
    return [grid.ravel() for grid in np.meshgrid(*map(np.asarray, axes), indexing="ij")]


def arm(variables: Sequence[Floats], weights: Floats, stratum_of: Floats) -> Arm:
    """An arm from flat columns.

    Args:
        variables: the outcome, then whatever else is measured, each (kinds,).
        weights: proportional to the chances, (kinds,).
        stratum_of: whatever the strata are to be cut by: its thirds.
    """
    cuts = np.quantile(stratum_of, [1 / 3, 2 / 3])
    kept = weights > 0.0
    strata = np.searchsorted(cuts, stratum_of)
    return Arm(np.column_stack(variables)[kept], weights[kept] / weights.sum(), strata[kept])
