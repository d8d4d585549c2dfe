"""Means and centred cross-products of several variables: what every experiment estimate is made of.

Kept centred, so that nothing cancels where a mean is large beside its spread; merged and removed exactly,
so that a day's users are added to the days before without reading those again.

Source: Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """First and second moments of k variables over units, for any number of samples at once.

    Attributes:
        n: units, shape (...).
        mean: means, shape (..., k); 0 where there are no units.
        cross: sums of products of deviations from the means, shape (..., k, k).
    """

    n: Floats
    mean: Floats
    cross: Floats

    @classmethod
    def of(cls, rows: ArrayLike) -> Self:
        """Moments of rows.

        Args:
            rows: values, shape (..., units, k).
        """
        values = np.asarray(rows, dtype=np.float64)
        units = values.shape[-2]
        mean = values.mean(axis=-2) if units else np.zeros((*values.shape[:-2], values.shape[-1]))
        deviations = values - mean[..., None, :]
        cross = np.swapaxes(deviations, -1, -2) @ deviations
        return cls(np.full(values.shape[:-2], float(units)), mean, cross)

    @classmethod
    def total(cls, parts: Self, axis: int = 0) -> Self:
        """Merge samples along a leading axis.

        Args:
            parts: moments with at least one leading dimension.
            axis: which of the leading dimensions to merge.
        """
        axis %= parts.n.ndim
        n = parts.n.sum(axis)
        weights = parts.n[..., None]
        mean = _divided((weights * parts.mean).sum(axis), n[..., None])
        apart = parts.mean - np.expand_dims(mean, axis)
        between = weights[..., None] * apart[..., :, None] * apart[..., None, :]
        return cls(n, mean, (parts.cross + between).sum(axis))

    def __add__(self, other: Self) -> Self:
        """The two samples together."""
        return self._combined(other, 1.0)

    def __sub__(self, other: Self) -> Self:
        """This sample without the units of another that it contains."""
        return self._combined(other, -1.0)

    def _combined(self, other: Self, sign: float) -> Self:
        n = self.n + sign * other.n
        share = _divided(sign * other.n, n)
        apart = other.mean - self.mean
        between = (self.n * share)[..., None, None] * apart[..., :, None] * apart[..., None, :]
        return type(self)(n, self.mean + share[..., None] * apart, self.cross + sign * other.cross + between)

    @property
    def variables(self) -> int:
        """How many variables there are."""
        return self.mean.shape[-1]

    @property
    def covariance(self) -> Floats:
        """Sample covariance matrix, shape (..., k, k); NaN below two units."""
        return _divided(self.cross, self.n[..., None, None] - 1.0, otherwise=np.nan)

    def select(self, *variables: int) -> Self:
        """The same units, some of the variables in the order given."""
        chosen = list(variables)
        return type(self)(self.n, self.mean[..., chosen], self.cross[..., chosen, :][..., chosen])

    def transform(self, matrix: Floats, shift: Floats | float = 0.0) -> Self:
        """Moments of linear combinations of the variables.

        Args:
            matrix: weights, shape (..., new variables, k).
            shift: constants added, shape (..., new variables).
        """
        mean = (matrix @ self.mean[..., None])[..., 0] + shift
        return type(self)(self.n, mean, matrix @ self.cross @ np.swapaxes(matrix, -1, -2))


def stacked(parts: Sequence[Moments]) -> Moments:
    """Moments of the same variables in several samples, along a new first axis."""
    return Moments(
        np.stack([part.n for part in parts]),
        np.stack([part.mean for part in parts]),
        np.stack([part.cross for part in parts]),
    )


def _divided(above: Floats, below: Floats, otherwise: float = 0.0) -> Floats:
    """A quotient, or something else where the divisor is not positive."""
    fits = below > 0.0
    return np.where(fits, above / np.where(fits, below, 1.0), otherwise)
