"""Ratings of items by raters, and what of the raters is left once items are taken out.

Belongs here: the equations of raters within items, solved without a matrix of raters by raters. Does not:
what the solutions mean (`rater_severity`, `group_gap`).

With y = item + rater + noise, `within` is the matrix A of the raters' equations after items are taken out:
A u = Zᵀ M Z u, Z who rated, M the ratings less the mean of their item.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS, TOLERANCE = 1_000, 1e-8
ROUNDING = 1e-9


@dataclass(frozen=True)
class CrossedRatings:
    """Ratings by place of their item and rater.

    Attributes:
        raters: who, in order, shape (raters,).
        item: place of each rating's item, shape (n,).
        rater: place of each rating's rater, shape (n,).
        score: shape (n,).
    """

    raters: NDArray
    item: Ints
    rater: Ints
    score: Floats

    @classmethod
    def of(cls, item: ArrayLike, rater: ArrayLike, score: ArrayLike) -> "CrossedRatings":
        """Those with a score.

        Args:
            item: of each rating, numbers or names, shape (n,).
            rater: of each rating, numbers or names, shape (n,).
            score: shape (n,), NaN for a rating that is missing.

        Raises:
            AnalyticsError: lengths differ, or no rating has a score.
        """
        items, raters, scores = np.asarray(item), np.asarray(rater), np.asarray(score, np.float64)
        if not len(items) == len(raters) == len(scores):
            counts = f"{len(items)}, {len(raters)} and {len(scores)}"
            raise AnalyticsError(f"Each rating has an item, a rater and a score, but there are {counts}.")
        known = np.isfinite(scores)
        if not known.any():
            raise AnalyticsError("No rating has a score, so that nothing can be said of raters.")
        _, item_places = np.unique(items[known], return_inverse=True)
        names, rater_places = np.unique(raters[known], return_inverse=True)
        return cls(names, item_places, rater_places, scores[known])

    @property
    def freedom(self) -> int:
        """Degrees of freedom of noise once items and raters are taken out."""
        return len(self.score) - self.per_item.size - self.compared

    @cached_property
    def compared(self) -> int:
        """Independent differences between raters: raters less the sets that share no item."""
        sets, _ = csgraph.connected_components(self.table.T @ self.table, directed=False)
        return len(self.raters) - int(sets)

    @cached_property
    def per_item(self) -> Floats:
        """Ratings of each item, shape (items,)."""
        return np.bincount(self.item).astype(np.float64)

    @cached_property
    def per_rater(self) -> Floats:
        """Ratings of each rater, shape (raters,)."""
        return np.bincount(self.rater, minlength=len(self.raters)).astype(np.float64)

    @cached_property
    def table(self) -> sparse.csr_array:
        """Ratings by item and rater, shape (items, raters)."""
        shape = (self.per_item.size, len(self.raters))
        return sparse.csr_array((np.ones(len(self.score)), (self.item, self.rater)), shape=shape)

    @cached_property
    def _of_item(self) -> sparse.csr_array:
        return _members(self.item, self.per_item.size)

    @cached_property
    def _of_rater(self) -> sparse.csr_array:
        return _members(self.rater, len(self.raters))

    @cached_property
    def diagonal(self) -> Floats:
        """Of A, shape (raters,)."""
        shared = self.table.multiply(self.table).T @ (1.0 / self.per_item)
        return self.per_rater - shared

    def within(self, values: Floats) -> Floats:
        """A times a column or columns by rater, shape (raters, …)."""
        means = ((self.table @ values).T / self.per_item).T
        return (self.per_rater * values.T).T - self.table.T @ means

    def centred(self, values: Floats) -> Floats:
        """Values of ratings less the mean of their item, shape (n, …)."""
        return values - (self.by_item(values).T / self.per_item).T[self.item]

    def by_item(self, values: Floats) -> Floats:
        """Sums of ratings' values by item, from shape (n, …) to (items, …)."""
        return self._of_item @ values

    def by_rater(self, values: Floats) -> Floats:
        """Sums of ratings' values by rater, from shape (n, …) to (raters, …)."""
        return self._of_rater @ values

    def solved(self, right: Floats, ridge: float) -> Floats:
        """Solution of (A + ridge) u = right, by conjugate gradients for all columns at once.

        Args:
            right: shape (raters,) or (raters, columns); without a ridge, columns whose sums over raters that
                share items are zero.
            ridge: zero or more.
        """
        columns = right.reshape(len(right), -1)
        scale = np.maximum(self.diagonal + ridge, ROUNDING)[:, None]
        found, rest = np.zeros_like(columns), columns.copy()
        better = rest / scale
        towards, size = better, (rest * better).sum(axis=0)
        enough = TOLERANCE**2 * np.maximum(size, 1e-300)
        for _ in range(STEPS):
            if (size <= enough).all():
                break
            image = self.within(towards) + ridge * towards
            step = np.where(size > enough, size / np.maximum((towards * image).sum(axis=0), 1e-300), 0.0)
            found, rest = found + step * towards, rest - step * image
            better = rest / scale
            before, size = size, (rest * better).sum(axis=0)
            towards = better + size / np.maximum(before, 1e-300) * towards
        return found.reshape(right.shape)

    def variances(self, group: Floats | None = None) -> tuple[float, float]:
        """Variances of noise and between raters by moments, the latter zero where noise explains it all.

        Args:
            group: 1 for raters of a group whose mean is taken out, else 0, shape (raters,).

        Source: Henderson (1953), Estimation of variance and covariance components, method 3.
        """
        scores = self.centred(self.score)
        told = self.by_rater(scores)
        explained = float(told @ self.solved(told, 0.0))
        noise = max(float(scores @ scores) - explained, 0.0) / max(self.freedom, 1)
        compared, trace = self.compared, float(self.diagonal.sum())
        if group is not None and (size := float(group @ self.within(group))) > 0.0:
            compared, trace = compared - 1, trace - float((self.within(group) ** 2).sum()) / size
            explained -= float(group @ told) ** 2 / size
        return noise, max(explained - noise * compared, 0.0) / trace if trace > ROUNDING else 0.0


def _members(places: Ints, many: int) -> sparse.csr_array:
    """Which ratings belong to each place, shape (places, n)."""
    n = len(places)
    return sparse.csr_array((np.ones(n), (places, np.arange(n))), shape=(many, n))
