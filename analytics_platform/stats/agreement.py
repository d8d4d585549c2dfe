"""How far raters agree beyond chance: Krippendorff's α, Cohen's κ and Gwet's AC1, with intervals over items.

Every coefficient is 1 − observed / expected disagreement. Its interval is the item jackknife's, by Student's
t on the scale of √(1 − coefficient), where the error hardly depends on the value: it covers from 50 items on,
where percentiles of an item bootstrap are too narrow. Raters are those there are: an interval speaks of more
items, not of other raters.

Sources: Krippendorff (2011), Computing Krippendorff's alpha-reliability; Cohen (1960), A coefficient of
agreement for nominal scales; Gwet (2008), Computing inter-rater reliability and its variance in the presence
of high agreement; Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 11 (jackknife).
"""

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.disagreements import DISPUTES, Level, counts_of
from analytics_platform.stats.estimate import Estimate

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""What sums of many ratings may be off by, as a share."""


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's α of some ratings.

    Attributes:
        alpha: 1 for perfect agreement, 0 for that of chance; NaN where all ratings are alike, or none paired.
        low: lower confidence limit; NaN without one.
        high: upper confidence limit; NaN without one.
        items: items of two ratings or more, on which all rests.
        raters: raters of such items.
        ratings: ratings of such items.
    """

    alpha: float
    low: float
    high: float
    items: int
    raters: int
    ratings: int


class _Jackknifed(NamedTuple):
    """A coefficient, the same without each item (items,), and its least value were one item in dispute."""

    whole: float
    without: Floats
    one_in_dispute: float


def krippendorff_alpha(ratings: ArrayLike, level: Level) -> float:
    """Krippendorff's α.

    Args:
        ratings: shape (items, raters), NaN where a rater did not rate.
        level: `nominal`, `ordinal` or `interval`.

    Returns:
        NaN where no item has two ratings, or all ratings are alike.

    Raises:
        AnalyticsError: ratings are not a table of items and raters, or the level is none of these.
    """
    return _alpha(_paired(ratings), level).whole


def alpha_interval(ratings: ArrayLike, level: Level, confidence: float = 0.95) -> Agreement:
    """Krippendorff's α with its interval over items.

    Args:
        ratings: shape (items, raters), NaN where a rater did not rate.
        level: `nominal`, `ordinal` or `interval`.
        confidence: level of the interval, between 0 and 1.

    Raises:
        AnalyticsError: ratings are not a table of items and raters, or the level is none of these.
    """
    paired = _paired(ratings)
    known = np.isfinite(paired)
    found = _alpha(paired, level)
    raters, ratings_known = int(known.any(axis=0).sum()), int(known.sum())
    return Agreement(
        found.whole, *_limits(found, confidence, len(paired)), len(paired), raters, ratings_known
    )


def cohen_kappa(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Cohen's κ of two raters of the same items.

    Args:
        first: labels as numbers, shape (items,); NaN where there is none, which leaves the item out.
        second: of the other rater, same shape.
        confidence: level of the interval, between 0 and 1.

    Raises:
        AnalyticsError: the raters' labels are not as many.
    """
    one, other = np.asarray(first, float), np.asarray(second, float)
    if one.shape != other.shape or one.ndim != 1:
        raise AnalyticsError(f"κ needs two labels of each item, but there are {one.shape} and {other.shape}.")
    both = np.isfinite(one) & np.isfinite(other)
    values, codes = np.unique(np.stack([one[both], other[both]]), return_inverse=True)
    n, codes = int(both.sum()), codes.reshape(2, -1)
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    one, other = np.eye(len(values))[codes]
    return _of_shares(
        (codes[0] != codes[1]).astype(float),
        np.ones(n, np.bool_),
        float(1.0 - one.mean(axis=0) @ other.mean(axis=0)),
        1.0 - (_left_out(one) * _left_out(other)).sum(axis=1),
        confidence,
    )


def gwet_ac1(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Gwet's AC1 of any number of raters, which one common label does not draw to 0 as it does κ and α.

    Args:
        ratings: labels as numbers, shape (items, raters), NaN where a rater did not rate.
        confidence: level of the interval, between 0 and 1.

    Returns:
        n counts items of two ratings or more; those of one tell how common each label is. Labels that nobody
        gave do not count; NaN where only one was.

    Raises:
        AnalyticsError: ratings are not a table of items and raters.
    """
    table = _table(ratings)
    counts = counts_of(table[np.isfinite(table).any(axis=1)])
    raters = counts.sum(axis=1)
    shares = counts / raters[:, None]
    is_paired = raters >= 2
    labels, n = counts.shape[1], int(is_paired.sum())
    if labels < 2 or n == 0:
        return Estimate(np.nan, np.nan, np.nan, n)
    disputed = np.zeros(len(counts))
    many = raters[is_paired]
    disputed[is_paired] = 1.0 - (counts[is_paired] * (counts[is_paired] - 1.0)).sum(1) / (many * (many - 1.0))
    common, each = shares.mean(axis=0), _left_out(shares)
    return _of_shares(
        disputed,
        is_paired,
        float(1.0 - (common * (1.0 - common)).sum() / (labels - 1.0)),
        1.0 - (each * (1.0 - each)).sum(axis=1) / (labels - 1.0),
        confidence,
    )


def _alpha(paired: Floats, level: Level) -> _Jackknifed:
    if level not in get_args(Level):
        raise AnalyticsError(f"There is no level {level!r}; there are {', '.join(get_args(Level))}.")
    if not len(paired):
        return _Jackknifed(np.nan, np.array([]), np.nan)
    disputes = DISPUTES[level](paired)
    if disputes.expected <= 0.0 or disputes.largest <= 0.0:
        return _Jackknifed(np.nan, np.full(len(paired), np.nan), np.nan)
    by_chance = disputes.expected_without
    by_chance = np.where(by_chance > ROUNDING * disputes.expected, by_chance, np.nan)
    return _Jackknifed(
        1.0 - disputes.observed / disputes.expected,
        1.0 - disputes.observed_without / by_chance,
        float(1.0 - disputes.largest * np.isfinite(paired).sum() / disputes.expected),
    )


def _of_shares(
    disputed: Floats, is_paired: NDArray[np.bool_], chance: float, chance_without: Floats, confidence: float
) -> Estimate:
    """κ or AC1 from each item's share of disputed pairs and the share that chance would dispute.

    Args:
        disputed: shape (items,), 0 where an item has no pair.
        is_paired: whether an item has one, shape (items,).
        chance: expected share of disputed pairs.
        chance_without: the same without each item, shape (items,).
        confidence: level of the interval.
    """
    n = int(is_paired.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (disputed.sum() - disputed) / (n - is_paired)
        found = _Jackknifed(
            float(1.0 - np.divide(disputed.sum() / n, chance)),
            1.0 - observed / chance_without,
            float(1.0 - np.divide(1.0, chance)),
        )
    return Estimate(found.whole, *_limits(found, confidence, n), n)


def _limits(found: _Jackknifed, confidence: float, items: int) -> tuple[float, float]:
    """Interval from a coefficient and the same without each item; NaN below two items, or without spread.

    Where nobody disagrees there is no error to see: the lower limit is then what it would be if as many items
    were in dispute as chance may hide, by the exact binomial limit of none among so many.
    """
    n, tail = len(found.without), (1.0 - confidence) / 2.0
    if items < 2 or not np.isfinite(found.without).all() or not np.isfinite(found.whole):
        return np.nan, np.nan
    if found.whole >= 1.0 - ROUNDING:
        return float(1.0 - (1.0 - tail ** (1.0 / items)) * (1.0 - found.one_in_dispute)), 1.0
    scale, scales = np.sqrt(1.0 - found.whole), np.sqrt(np.maximum(1.0 - found.without, 0.0))
    error = np.sqrt((n - 1.0) / n * ((scales - scales.mean()) ** 2).sum())
    reach = -special.stdtrit(items - 1.0, tail) * error
    return float(1.0 - (scale + reach) ** 2), float(1.0 - max(scale - reach, 0.0) ** 2)


def _left_out(values: Floats) -> Floats:
    """Means of all rows but each, shape (rows, columns)."""
    with np.errstate(invalid="ignore"):
        return (values.sum(axis=0) - values) / max(len(values) - 1.0, 0.0)


def _paired(ratings: ArrayLike) -> Floats:
    """Items of two ratings or more."""
    table = _table(ratings)
    return table[np.isfinite(table).sum(axis=1) >= 2]


def _table(ratings: ArrayLike) -> Floats:
    table = np.asarray(ratings, float)
    if table.ndim != 2:
        raise AnalyticsError(
            f"Ratings are a table of items and raters, but theirs has {table.ndim} dimensions."
        )
    return table
