"""How much stricter one rater is than another, and one group of raters than another, on the same items.

A score is taken as item + rater + noise. Items are taken out, so that raters are compared on what both rated
and by chains of such pairs; raters are draws from a population, so that one of few ratings is drawn towards
the average. The gap between groups weighs raters by what they tell beside how raters differ anyway; its
error is that of drawing raters anew, with what the gap varies between items added, by Student's t.

Sources: Linacre (1989), Many-facet Rasch measurement, for the facets, here on the scale of the score;
Robinson (1991), That BLUP is a good thing; Gelman (2006), Prior distributions for variance parameters;
Henderson (1953), Estimation of variance and covariance components, method 3; Cameron, Gelbach and Miller
(2011), Robust inference with multiway clustering; Hutchinson (1990), A stochastic estimator of the trace.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.crossed_ratings import CrossedRatings

Floats = NDArray[np.float64]

MANY = 1_000
"""Raters from which on the spread between them counts as known, and matrices of raters by raters as too large."""

SPREADS = np.geomspace(0.005, 50.0, 80)
"""Standard deviations between raters, in those of noise, among which few raters' ratings choose."""

PROBES, AT_ONCE = 64, 64

MOST_RATIO = 1e4
"""Of the variance between raters to that of noise, at which the mean of raters' means is reached."""


@dataclass(frozen=True)
class Severities:
    """Raters and how strict they are, in units of the score; arrays of shape (raters,), raters in order.

    Attributes:
        rater: who.
        severity: how much lower than the average rater of these they score the same item; NaN, as its limits,
            where raters cannot be told from noise: nobody's ratings overlap twice.
        low: lower limit; intervals cover at their level on average over raters.
        high: upper limit.
        ratings: how many each gave.
        spread: standard deviation of severities between raters.
    """

    rater: NDArray
    severity: Floats
    low: Floats
    high: Floats
    ratings: NDArray[np.int64]
    spread: float


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


class _Drawn(NamedTuple):
    """An estimate, the same for each draw of raters, its variance for items, and what each rater tells."""

    estimate: float
    again: Floats
    item_variance: float
    told: Floats


def rater_severity(
    item: ArrayLike, rater: ArrayLike, score: ArrayLike, confidence: float = 0.95
) -> Severities:
    """Severity of each rater, shrunken towards none by how much raters differ.

    Up to a thousand raters the spread between them is averaged over what their ratings leave possible, with a
    half-Cauchy prior of the noise's size; of more it is estimated by moments, and errors by random probes.

    Args:
        item: of each rating, numbers or names, shape (n,).
        rater: of each rating, numbers or names, shape (n,).
        score: shape (n,), NaN for a rating that is missing.
        confidence: level of the intervals, between 0 and 1.

    Raises:
        AnalyticsError: lengths differ, or no rating has a score.
    """
    data = CrossedRatings.of(item, rater, score)
    many = len(data.raters)
    if data.freedom < 1:
        leniency, error, spread = np.full(many, np.nan), np.full(many, np.nan), np.nan
    else:
        leniency, error, spread = _of_few(data) if many <= MANY else _of_many(data)
    reach = -special.stdtrit(max(data.freedom, 1), (1.0 - confidence) / 2.0) * error
    ratings = data.per_rater.astype(np.int64)
    return Severities(data.raters, -leniency, -leniency - reach, -leniency + reach, ratings, spread)


def group_gap(
    item: ArrayLike,
    rater: ArrayLike,
    score: ArrayLike,
    is_first_group: ArrayLike,
    *,
    draws: int = 400,
    seed: int = 0,
    confidence: float = 0.95,
) -> Gap:
    """How much higher a first group of raters scores the same items than a second, say teachers than students.

    Args:
        item: of each rating, numbers or names, shape (n,).
        rater: of each rating, numbers or names, shape (n,).
        score: shape (n,), NaN for a rating that is missing.
        is_first_group: whether the rater belongs to the first group, shape (n,).
        draws: bootstrap samples of raters within their groups.
        seed: of the draws.
        confidence: level of the intervals, between 0 and 1.

    Raises:
        AnalyticsError: lengths differ, no rating has a score, or a rater belongs to both groups.
    """
    data = CrossedRatings.of(item, rater, score)
    is_first = _groups(data, np.asarray(is_first_group, np.bool_)[np.isfinite(np.asarray(score, float))])
    sizes = int(is_first.sum()), int((~is_first).sum())
    both = (data.table[:, is_first].sum(axis=1) > 0) & (data.table[:, ~is_first].sum(axis=1) > 0)
    items = int(both.sum())
    if min(sizes) == 0:
        return Gap(*(np.nan,) * 6, items, *sizes)
    weights = _redrawn(is_first, draws, np.random.default_rng(seed))
    raw = _limits(_raw(data, is_first, weights), is_first, confidence)
    within = _limits(_within(data, is_first, weights), is_first, confidence) if items else (np.nan,) * 3
    return Gap(*within, *raw, items, *sizes)


def _of_few(data: CrossedRatings) -> tuple[Floats, Floats, float]:
    """Leniency, its standard error and the spread, averaged over what the spread may be."""
    many = len(data.raters)
    sizes, vectors = np.linalg.eigh(data.within(np.eye(many)))
    sizes = np.where(sizes > 1e-9 * max(sizes[-1], 1.0), sizes, 0.0)
    told = vectors.T @ data.by_rater(data.centred(data.score))
    own = np.divide(told**2, sizes, out=np.zeros(many), where=sizes > 0)
    freedom = len(data.score) - data.per_item.size
    rest = max(float((data.centred(data.score) ** 2).sum() - own.sum()), 0.0)
    kept = SPREADS[:, None] ** 2 / (1.0 + SPREADS[:, None] ** 2 * sizes)
    left = rest + (own / (1.0 + SPREADS[:, None] ** 2 * sizes)).sum(axis=1)
    if not left.any():  # all ratings of every item are alike
        return np.zeros(many), np.zeros(many), 0.0
    likely = -0.5 * np.log1p(SPREADS[:, None] ** 2 * sizes).sum(axis=1) - 0.5 * freedom * np.log(left)
    likely += np.log(SPREADS) - np.log1p(SPREADS**2)
    chance = np.exp(likely - likely.max())
    chance /= chance.sum()
    noise = left / freedom
    leniency = (kept * told) @ vectors.T
    # Of the average of these raters nothing is asked, and so its uncertainty is not theirs.
    variance = noise[:, None] * (kept @ (vectors**2).T - SPREADS[:, None] ** 2 / many)
    mean = chance @ leniency
    error = np.sqrt(np.maximum(chance @ (variance + (leniency - mean) ** 2), 0.0))
    return mean, error, float(chance @ (SPREADS * np.sqrt(noise)))


def _of_many(data: CrossedRatings) -> tuple[Floats, Floats, float]:
    """Leniency, its standard error and the spread, at the spread that the moments give."""
    many, told = len(data.raters), data.by_rater(data.centred(data.score))
    noise, between = data.variances()
    if noise <= 0.0 and between <= 0.0:
        return np.zeros(many), np.zeros(many), 0.0
    # A spread that is lost in its own error is not zero: it is at most about that error.
    between = max(between, noise * np.sqrt(2.0 * data.compared) / data.diagonal.sum())
    ridge = max(noise, 1e-9 * between) / between
    probes = np.random.default_rng(0).choice([-1.0, 1.0], (many, PROBES))
    seen = (probes * data.solved(probes, ridge)).mean(axis=1)
    least = 1.0 / (data.diagonal + ridge)
    variance = between * ridge * np.clip(seen, least, 1.0 / ridge) - between / many
    return data.solved(told, ridge), np.sqrt(np.maximum(variance, 0.0)), float(np.sqrt(between))


def _groups(data: CrossedRatings, is_first: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each rater belongs to the first group, shape (raters,)."""
    if len(is_first) != len(data.score):
        raise AnalyticsError(f"{len(data.score)} ratings need as many groups, but there are {len(is_first)}.")
    share = data.by_rater(is_first.astype(np.float64)) / data.per_rater
    if (mixed := (share > 0.0) & (share < 1.0)).any():
        raise AnalyticsError(
            f"Rater {data.raters[mixed][0]} rated as a member of both groups; give a rater one group."
        )
    return share > 0.5


def _redrawn(is_first: NDArray[np.bool_], draws: int, random: np.random.Generator) -> Floats:
    """How often each draw holds each rater, shape (raters, draws).

    A draw holds one rater fewer than there are in the group, so that its variance is that of their mean.
    """
    weights = np.ones((len(is_first), draws))
    for group in (np.flatnonzero(is_first), np.flatnonzero(~is_first)):
        if (few := len(group) - 1) > 0:
            weights[group] = random.multinomial(few, np.full(few + 1, 1.0 / (few + 1)), draws).T
    return weights


def _raw(data: CrossedRatings, is_first: NDArray[np.bool_], weights: Floats) -> _Drawn:
    """Difference of mean scores."""
    sums, sizes, own = data.by_rater(data.score), data.per_rater, np.zeros(len(data.score))
    found, again = 0.0, np.zeros(weights.shape[1])
    for sign, group in ((1.0, is_first), (-1.0, ~is_first)):
        mean = sums[group].sum() / sizes[group].sum()
        found += sign * mean
        again += sign * (sums[group] @ weights[group]) / (sizes[group] @ weights[group])
        own += sign * group[data.rater] * (data.score - mean) / sizes[group].sum()
    return _Drawn(found, again, _item_variance(data, own, own**2), sizes**2)


def _within(data: CrossedRatings, is_first: NDArray[np.bool_], weights: Floats) -> _Drawn:
    """Difference on the same items, by generalised least squares."""
    group = is_first.astype(np.float64)
    noise, between = data.variances(group)
    ratio = min(between / noise, MOST_RATIO) if noise > 0.0 else MOST_RATIO * (between > 0.0)
    # Proportional to the solution with a ridge of noise / between, which has none where raters do not differ.
    pull = data.solved(group / ratio, 1.0 / ratio) if ratio > 0.0 else group
    scores = data.centred(data.score)
    size = float(pull @ data.within(group))
    gap = float(pull @ data.by_rater(scores)) / size
    lever = data.centred(pull[data.rater])
    rest = data.centred(scores - gap * group[data.rater])
    own, many = lever * rest / size, data.per_item[data.item]
    # A rating's own part in its item's mean makes what is left of it too small.
    noise_alone = own**2 * many / np.maximum(many - 1.0, 1.0)
    told = data.by_rater(lever**2) + ratio * data.by_rater(lever) ** 2
    return _Drawn(gap, _again(data, group, pull, weights), _item_variance(data, own, noise_alone), told)


def _again(data: CrossedRatings, group: Floats, pull: Floats, weights: Floats) -> Floats:
    """The gap of each draw of raters, shape (draws,)."""
    scored = sparse.csr_array(
        (data.centred(data.score), (data.item, data.rater)), shape=(data.per_item.size, len(data.raters))
    )
    sums, parts = data.by_rater(data.centred(data.score)), []
    for at in range(0, weights.shape[1], AT_ONCE):
        drawn = weights[:, at : at + AT_ONCE]
        pulled = data.table @ (pull[:, None] * drawn)
        pulled /= np.maximum(data.table @ drawn, 1.0)
        told = (pull * sums) @ drawn - (pulled * (scored @ drawn)).sum(axis=0)
        size = (pull * group * data.per_rater) @ drawn
        size -= (pulled * (data.table @ (group[:, None] * drawn))).sum(axis=0)
        parts.append(np.divide(told, size, out=np.full_like(told, np.nan), where=size > 0.0))
    return np.concatenate(parts)


def _item_variance(data: CrossedRatings, own: Floats, noise: Floats) -> float:
    """What the estimate varies for drawing items anew beyond what noise explains; never below zero."""
    return max(float((np.bincount(data.item, own) ** 2).sum() - noise.sum()), 0.0)


def _limits(drawn: _Drawn, is_first: NDArray[np.bool_], confidence: float) -> tuple[float, float, float]:
    """Estimate and interval, by Student's t on the degrees of freedom of raters that tell unequally much."""
    given = drawn.again[np.isfinite(drawn.again)]
    if min(is_first.sum(), (~is_first).sum()) < 2 or len(given) < 2:
        return drawn.estimate, np.nan, np.nan
    error = float(np.sqrt(given.var(ddof=1) + drawn.item_variance))
    parts = [drawn.told[group] for group in (is_first, ~is_first)]
    sums = np.array([part.sum() for part in parts])
    equal = np.array([part.sum() ** 2 / max((part**2).sum(), 1e-300) for part in parts])
    freedom = sums.sum() ** 2 / (sums**2 / np.maximum(equal - 1.0, 1e-9)).sum()
    reach = -float(special.stdtrit(max(freedom, 1.0), (1.0 - confidence) / 2.0)) * error
    return drawn.estimate, drawn.estimate - reach, drawn.estimate + reach
