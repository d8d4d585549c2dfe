"""How far apart ratings are, within items and at large, and the same without each item in turn.

Belongs here: the sums that Krippendorff's α is a ratio of, by level of measurement; costs are those of items
times values. Does not: the coefficients and their intervals (`agreement`).

Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability, section D.
"""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]


class Disputes(NamedTuple):
    """Disagreement summed over ratings: observed within items, expected of ratings at large.

    Attributes:
        observed: sum over items of the disagreement of their pairs, each by 1 / (ratings − 1).
        observed_without: the same without each item, shape (items,).
        expected: the same of all ratings as if of one item.
        expected_without: the same without each item, shape (items,).
        largest: disagreement of the two values farthest apart.
    """

    observed: float
    observed_without: Floats
    expected: float
    expected_without: Floats
    largest: float


def _nominal(paired: Floats) -> Disputes:
    counts = counts_of(paired)
    own = _pairs_apart(counts)
    total = counts.sum(axis=0)
    return Disputes(own.sum(), own.sum() - own, float(_pairs_apart(total)), _pairs_apart(total - counts), 1.0)


def _pairs_apart(counts: Floats) -> Floats:
    """Pairs of unlike values by counts (…, values), each by 1 / (ratings − 1)."""
    many = counts.sum(axis=-1)
    return (many**2 - (counts**2).sum(axis=-1)) / (many - 1.0)


def _interval(paired: Floats) -> Disputes:
    centred = np.nan_to_num(paired - np.nanmean(paired))
    many, sums, squares = np.isfinite(paired).sum(axis=1), centred.sum(axis=1), (centred**2).sum(axis=1)
    own = _spread(many, sums, squares)
    return Disputes(
        float(own.sum()),
        own.sum() - own,
        float(_spread(many.sum(), sums.sum(), squares.sum())),
        _spread(many.sum() - many, sums.sum() - sums, squares.sum() - squares),
        float(np.ptp(paired[np.isfinite(paired)])) ** 2,
    )


def _spread(many: ArrayLike, sums: ArrayLike, squares: ArrayLike) -> Floats:
    """Squared differences of all ordered pairs, by 1 / (ratings − 1), from moments of the values."""
    many, sums = np.asarray(many, float), np.asarray(sums, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2.0 * (many * np.asarray(squares, float) - sums**2) / (many - 1.0)


def _ordinal(paired: Floats) -> Disputes:
    """As of an interval scale whose values are the ratings' mid-ranks, which every item left out moves."""
    counts = counts_of(paired)
    many, total = counts.sum(axis=1), counts.sum(axis=0)
    place = np.cumsum(total) - total / 2.0
    places = place - (np.cumsum(counts, axis=1) - counts / 2.0)
    by_value = (counts * (many / (many - 1.0))[:, None]).sum(axis=0)
    by_pair = counts.T @ (counts / (many - 1.0)[:, None])
    own = _spread(many, (counts * places).sum(axis=1), (counts * places**2).sum(axis=1))
    rest = total - counts
    return Disputes(
        float(2.0 * (by_value @ place**2 - place @ by_pair @ place)),
        2.0 * (places**2 @ by_value - ((places @ by_pair) * places).sum(axis=1)) - own,
        float(_spread(total.sum(), total @ place, total @ place**2)),
        _spread(rest.sum(axis=1), (rest * places).sum(axis=1), (rest * places**2).sum(axis=1)),
        float(np.ptp(place)) ** 2,
    )


def counts_of(ratings: Floats) -> Floats:
    """Raters by value of each item, shape (items, values)."""
    at, _ = np.nonzero(np.isfinite(ratings))
    values, codes = np.unique(ratings[np.isfinite(ratings)], return_inverse=True)
    shape = (len(ratings), len(values))
    return np.bincount(at * len(values) + codes, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


DISPUTES: Mapping[Level, Callable[[Floats], Disputes]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}
"""By level: of items that have two ratings or more, shape (items, raters)."""
