"""Histograms on logarithmic bins: a distribution as small additive numbers, for quantiles and caps.

A bin keeps its count, sum and sum of squares, so that values may be added and also taken away again, exactly.
Inside a bin values are taken as even over mean ± √3 standard deviations, which is right for a smooth density
and for a bin that holds one value only.
"""

from dataclasses import dataclass
from math import log, prod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.moments import Moments

Floats = NDArray[np.float64]

GROWTH = 1.01
"""Each bin's upper edge over its lower one."""

ZERO_BIN = -1_000_000
"""The bin of the value 0, below every other."""


def bin_of(values: ArrayLike) -> NDArray[np.int64]:
    """The bin of each value: floor(ln v / ln 1.01), or `ZERO_BIN` for 0.

    Raises:
        AnalyticsError: a value is negative or not a number.
    """
    data = np.asarray(values, float)
    if not (data >= 0).all():
        message = "a logarithmic histogram holds no negative or missing value; leave such values out."
        raise AnalyticsError(message)
    logs = np.log(np.where(data > 0, data, 1.0))
    return np.where(data > 0, np.floor(logs / log(GROWTH)), ZERO_BIN).astype(np.int64)


@dataclass(frozen=True)
class Histogram:
    """Counts and sums by bin, for any number of samples on the same bins.

    Attributes:
        bins: bin numbers, ascending, shape (bins,).
        units: values in each bin, shape (..., bins).
        sums: sum of the values of each bin, shape (..., bins).
        squares: sum of their squares, shape (..., bins).
    """

    bins: NDArray[np.int64]
    units: Floats
    sums: Floats
    squares: Floats

    @classmethod
    def of(cls, values: ArrayLike) -> Self:
        """Bin the values of samples.

        Args:
            values: not negative, shape (..., n).

        Raises:
            AnalyticsError: a value is negative or not a number.
        """
        data = np.asarray(values, float)
        bins, places = np.unique(bin_of(data), return_inverse=True)
        rows = data.reshape(prod(data.shape[:-1]), data.shape[-1])
        cells = (places.reshape(rows.shape) + bins.size * np.arange(len(rows))[:, None]).ravel()
        shape = (*data.shape[:-1], bins.size)
        size = len(rows) * bins.size
        counted = [_summed(cells, rows.ravel() ** power, size).reshape(shape) for power in (0, 1, 2)]
        return cls(bins, *counted)

    @classmethod
    def from_rows(cls, bins: ArrayLike, units: ArrayLike, sums: ArrayLike, squares: ArrayLike) -> Self:
        """Add up stored rows, signed deltas in any order; bins that end empty are dropped.

        Args:
            bins: bin number of each row, shape (rows,).
            units: change of the count, shape (rows,).
            sums: change of the sum, shape (rows,).
            squares: change of the sum of squares, shape (rows,).
        """
        distinct, places = np.unique(np.asarray(bins, np.int64), return_inverse=True)
        added = [_summed(places, column, distinct.size) for column in (units, sums, squares)]
        return cls(distinct, *added).without_empty_bins()

    def __add__(self, other: Self) -> Self:
        """The values of both."""
        return self._combined(other, 1.0)

    def __sub__(self, other: Self) -> Self:
        """These values without others that are among them."""
        return self._combined(other, -1.0)

    @property
    def n(self) -> Floats:
        """Values in all bins, shape (...)."""
        return self.units.sum(-1)

    def quantile(self, share: ArrayLike) -> Floats:
        """Quantiles by linear interpolation as `numpy.quantile`, shape (...); NaN in an empty sample.

        Args:
            share: between 0 and 1, a number or shape (...) as the samples.
        """
        if not self.bins.size:
            return np.full(self.n.shape, np.nan)
        below = np.cumsum(self.units, axis=-1)
        position = np.clip(np.asarray(share) * (self.n - 1), 0, np.maximum(self.n - 1, 0)) + 0.5
        place = np.argmax(below >= position[..., None], axis=-1)[..., None]
        units = np.take_along_axis(self.units, place, -1)[..., 0]
        start = np.take_along_axis(below, place, -1)[..., 0] - units
        low, high = (np.take_along_axis(edge, place, -1)[..., 0] for edge in self._extents())
        inside = np.divide(position - start, units, out=np.full_like(units, np.nan), where=units > 0)
        return low + (high - low) * inside

    def tied(self, value: ArrayLike) -> Floats:
        """Units that share one value: all of the bin of `value` where its values do not differ, else 0; shape
        (...).

        Args:
            value: in the unit of the values, shape (...) as the samples.
        """
        mean, spread = self._centres()
        alike = (np.abs(mean - np.asarray(value, float)[..., None]) <= 1e-6 * mean) & (spread == 0)
        return np.where(alike, self.units, 0.0).sum(-1)

    def winsorised(self, cap: ArrayLike) -> Moments:
        """Moments of min(value, cap) with one variable, shape (...).

        Args:
            cap: in the unit of the values, a number or shape (...) as the samples.
        """
        limit = np.asarray(cap, float)[..., None]
        low, high = self._extents()
        width = high - low
        free = np.where(width > 0, (limit - low) / np.where(width > 0, width, 1.0), limit >= low)
        free = np.clip(free, 0.0, 1.0)
        middle, spread = self._centres()
        split = (free > 0) & (free < 1)
        top = np.where(split, limit, high)
        centre = np.where(split, (low + top) / 2, middle)
        variance = np.where(split, (top - low) ** 2 / 12, spread**2)
        parts = Moments(self.units * free, centre[..., None], (self.units * free * variance)[..., None, None])
        capped = Moments(
            self.units * (1 - free),
            np.broadcast_to(limit, free.shape)[..., None],
            np.zeros((*free.shape, 1, 1)),
        )
        return Moments.total(parts, axis=-1) + Moments.total(capped, axis=-1)

    def without_empty_bins(self) -> Self:
        """The same values on no more bins than they need."""
        kept = (self.units != 0).any(axis=tuple(range(self.units.ndim - 1)))
        return type(self)(
            self.bins[kept], self.units[..., kept], self.sums[..., kept], self.squares[..., kept]
        )

    def _centres(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each bin's values; 0 in an empty bin."""
        units = np.where(self.units > 0, self.units, 1.0)
        mean = np.where(self.units > 0, self.sums / units, 0.0)
        variance = np.where(self.units > 0, self.squares / units - mean**2, 0.0)
        # A smooth bin spreads .3 % of its mean; less than .001 % is what rounding left of equal values.
        return mean, np.sqrt(np.where(variance > 1e-10 * mean**2, variance, 0.0))

    def _extents(self) -> tuple[Floats, Floats]:
        mean, spread = self._centres()
        return mean - np.sqrt(3) * spread, mean + np.sqrt(3) * spread

    def _combined(self, other: Self, sign: float) -> Self:
        bins = np.union1d(self.bins, other.bins)
        mine, theirs = self._on(bins), other._on(bins)
        return type(self)(
            bins, *(one + sign * another for one, another in zip(mine, theirs, strict=True))
        ).without_empty_bins()

    def _on(self, bins: NDArray[np.int64]) -> list[Floats]:
        spread = []
        for column in (self.units, self.sums, self.squares):
            wide = np.zeros((*column.shape[:-1], bins.size))
            wide[..., np.searchsorted(bins, self.bins)] = column
            spread.append(wide)
        return spread


def _summed(places: NDArray[np.intp], weights: ArrayLike, size: int) -> Floats:
    return np.bincount(places, np.asarray(weights, float), size).astype(np.float64, copy=False)
