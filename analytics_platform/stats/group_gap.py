"""How much higher one group of raters scores the same items than another.

A score is taken as item + group + rater + noise: items are taken out, and raters weigh what they tell beside
how raters of a group differ anyway. The variance is that of a bootstrap of raters within groups, and of
items, carried to infinitely many draws. What it misses where raters or an item's ratings are few, and the
degrees of freedom of its t, are measured on scores drawn by that model for the very same ratings.

Sources: Henderson (1975), Best linear unbiased estimation and prediction under a selection model; Cameron,
Gelbach and Miller (2011), Robust inference with multiway clustering; Bell and McCaffrey (2002), Bias
reduction in standard errors for linear regression with multi-stage samples, for the calibration.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.crossed_ratings import CrossedRatings

Floats = NDArray[np.float64]

AT_ONCE = 64

MOST_RATIO = 1e4
"""Of the variance between raters to that of noise, at which the mean of raters' means is reached."""


@dataclass(frozen=True)
class Gap:
    """Scores of a first group of raters less those of a second, in units of the score.

    Attributes:
        gap: on the same items; NaN where no item has raters of both groups.
        low: lower limit; NaN, as the upper, below two raters in a group.
        high: upper limit.
        raw_gap: difference of the mean scores, whatever was rated.
        raw_low: lower limit.
        raw_high: upper limit.
        items: items with raters of both groups.
        first_raters: raters of the first group.
        second_raters: raters of the second group.
    """

    gap: float
    low: float
    high: float
    raw_gap: float
    raw_low: float
    raw_high: float
    items: int
    first_raters: int
    second_raters: int


class _Measured(NamedTuple):
    """An estimate, its variance, and the degrees of freedom of that; NaN without."""

    estimate: float
    variance: float
    freedom: float


def group_gap(
    item: ArrayLike,
    rater: ArrayLike,
    score: ArrayLike,
    is_first_group: ArrayLike,
    *,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> Gap:
    """How much higher one group of raters scores the same items than another, say teachers than students.

    Args:
        item: of each rating, numbers or names, shape (n,).
        rater: of each rating, numbers or names, shape (n,).
        score: shape (n,), NaN for a rating that is missing.
        is_first_group: whether the rater belongs to the first group, shape (n,).
        draws: sets of scores, drawn on the same ratings by the model, on which the interval is calibrated.
        seed: of the draws.
        confidence: level of the intervals, between 0 and 1.

    Raises:
        AnalyticsError: lengths differ, no rating has a score, or a rater belongs to both groups.
    """
    data, groups = CrossedRatings.of(item, rater, score), np.asarray(is_first_group, np.bool_)
    if len(groups) != len(known := np.isfinite(np.asarray(score, np.float64))):
        raise AnalyticsError(f"{len(known)} ratings need as many groups, but there are {len(groups)}.")
    is_first = _groups(data, groups[known])
    sizes = int(is_first.sum()), int((~is_first).sum())
    both = (data.table[:, is_first].sum(axis=1) > 0) & (data.table[:, ~is_first].sum(axis=1) > 0)
    items = int(both.sum())
    raw = within = (np.nan, np.nan, np.nan)
    if min(sizes) > 0:
        raw = _limits(_raw(data, is_first), confidence)
        within = _limits(_within(data, is_first, draws, seed), confidence) if items else within
    gap, low, high = within
    raw_gap, raw_low, raw_high = raw
    return Gap(gap, low, high, raw_gap, raw_low, raw_high, items, *sizes)


def _groups(data: CrossedRatings, is_first: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each rater belongs to the first group, shape (raters,)."""
    share = data.by_rater(is_first.astype(np.float64)) / data.per_rater
    if (mixed := (share > 0.0) & (share < 1.0)).any():
        raise AnalyticsError(
            f"Rater {data.raters[mixed][0]} rated as a member of both groups; give a rater one group."
        )
    return share > 0.5


def _raw(data: CrossedRatings, is_first: NDArray[np.bool_]) -> _Measured:
    """Difference of mean scores."""
    sums, sizes, own, found = data.by_rater(data.score), data.per_rater, np.zeros(len(data.score)), 0.0
    told = np.zeros(len(sizes))
    for sign, group in ((1.0, is_first), (-1.0, ~is_first)):
        share = group / sizes[group].sum()
        mean = float(sums @ share)
        found += sign * mean
        own += sign * share[data.rater] * (data.score - mean)
        told += (sizes * share) ** 2
    parts = [(told[group].sum(), (told[group] ** 2).sum()) for group in (is_first, ~is_first)]
    # Satterthwaite's, of variances that rest on as many equal raters as the unequal ones are worth.
    spare = [max(one**2 / two - 1.0, 1e-9) for one, two in parts]
    freedom = told.sum() ** 2 / sum(one**2 / left for (one, _), left in zip(parts, spare, strict=True))
    return _Measured(found, float(_variance(data, is_first, own, own**2)), float(freedom))


def _within(data: CrossedRatings, is_first: NDArray[np.bool_], draws: int, seed: int) -> _Measured:
    """Difference on the same items, by generalised least squares."""
    group = is_first.astype(np.float64)
    noise, between = data.variances(group)
    ratio = min(between / noise, MOST_RATIO) if noise > 0.0 else MOST_RATIO * (between > 0.0)
    # Proportional to the solution with a ridge of noise / between, which has none where raters do not differ.
    pull = data.solved(group / ratio, 1.0 / ratio) if ratio > 0.0 else group
    fit = _Fit(data, is_first, data.centred(pull[data.rater]))
    gap, variance = fit(data.score[:, None])
    random, expected = np.random.default_rng(seed), fit.variance(ratio)
    drawn: list[Floats] = []
    for at in range(0, draws, AT_ONCE):
        many = min(AT_ONCE, draws - at)
        raters, ratings = (random.standard_normal((n, many)) for n in (len(group), len(data.score)))
        drawn.append(fit(np.sqrt(ratio) * raters[data.rater] + ratings)[1])
    seen = np.concatenate(drawn)
    # What variances of few raters come to on such ratings, beside what they should, and how they scatter.
    if not np.isfinite(seen).all() or not seen.any():
        return _Measured(float(gap[0]), np.nan, np.nan)
    freedom = 2.0 * seen.mean() ** 2 / seen.var(ddof=1)
    return _Measured(float(gap[0]), float(variance[0] * expected / seen.mean()), float(freedom))


@dataclass(frozen=True)
class _Fit:
    """The gap as a weighted sum of scores, weights by rating (n,) that sum to zero within items."""

    data: CrossedRatings
    is_first: NDArray[np.bool_]
    weight: Floats

    def __call__(self, scores: Floats) -> tuple[Floats, Floats]:
        """Gap and its variance over raters and items, each of shape (columns,), from scores (n, columns)."""
        group = self.data.centred(self.is_first[self.data.rater].astype(np.float64))
        centred, size = self.data.centred(scores), float(self.weight @ group)
        gap = self.weight @ centred / size
        own = self.weight[:, None] * (centred - group[:, None] * gap) / size
        many = self.data.per_item[self.data.item][:, None]
        # A rating's own part in its item's mean makes what is left of it too small.
        return gap, _variance(self.data, self.is_first, own, own**2 * many / np.maximum(many - 1.0, 1.0))

    def variance(self, ratio: float) -> float:
        """Of the gap in units of the noise's, if raters vary by so many times the noise."""
        size = float(self.weight @ self.is_first[self.data.rater])
        raters = float((self.data.by_rater(self.weight) ** 2).sum())
        return (float(self.weight @ self.weight) + ratio * raters) / size**2


def _variance(data: CrossedRatings, is_first: NDArray[np.bool_], own: Floats, noise: Floats) -> Floats:
    """Variance for drawing raters anew within groups, and items beyond what the noise explains.

    Args:
        data: all ratings.
        is_first: which raters are of the first group.
        own: how far each rating moves the estimate, shape (n, …).
        noise: its square if all of it were noise, same shape.
    """
    moved, whole = data.by_rater(own), np.zeros(own.shape[1:])
    for group in (moved[is_first], moved[~is_first]):
        # Of bootstrap draws of raters without end; one rater has no variance.
        whole = whole + (group.var(axis=0, ddof=1) * len(group) if len(group) > 1 else np.nan)
    return whole + np.maximum((data.by_item(own) ** 2).sum(axis=0) - noise.sum(axis=0), 0.0)


def _limits(found: _Measured, confidence: float) -> tuple[float, float, float]:
    """Estimate and interval by Student's t."""
    tail = (1.0 - confidence) / 2.0
    reach = -float(special.stdtrit(max(found.freedom, 1.0), tail)) * float(np.sqrt(found.variance))
    return found.estimate, found.estimate - reach, found.estimate + reach
