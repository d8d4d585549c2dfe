"""How much stricter one rater is than another on the same items.

A score is taken as item + rater + noise. Items are taken out, so that raters are compared on what both rated
and by chains of such pairs; raters are draws from a population, so that one of few ratings is drawn towards
the average.

Sources: Linacre (1989), Many-facet Rasch measurement, for the facets, here on the scale of the score;
Robinson (1991), That BLUP is a good thing; Gelman (2006), Prior distributions for variance parameters;
Hutchinson (1990), A stochastic estimator of the trace.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics_platform.stats.crossed_ratings import CrossedRatings
from analytics_platform.stats.group_gap import Gap, group_gap

Floats = NDArray[np.float64]

__all__ = ["Gap", "Severities", "group_gap", "rater_severity"]

MANY = 1_000
"""Raters beyond whom the spread between them counts as known, and a matrix of all pairs as too large."""

SPREADS = np.geomspace(0.005, 50.0, 80)
"""Standard deviations between raters, in those of noise, among which few raters' ratings choose."""

PROBES = 64


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
    # Of the average of these raters nothing is asked; probes that sum to zero leave its uncertainty out.
    seen = (probes * data.solved(probes - probes.mean(axis=0), ridge)).mean(axis=1)
    variance = (
        between * ridge * np.clip(seen, 1.0 / (data.diagonal + ridge) - 1.0 / ridge / many, 1.0 / ridge)
    )
    return data.solved(told, ridge), np.sqrt(np.maximum(variance, 0.0)), float(np.sqrt(between))
