"""Prediction-powered inference: few human labels and many verdicts of a judge, whatever the judge is worth.

The judge's mean over everything is corrected by its mean error on the labels, as far as the labels show that
it helps: a useless judge is left out, and the interval is then that of the labels alone.

Source: Angelopoulos, Duchi and Zrnic (2023), PPI++: Efficient prediction-powered inference; Zrnic and Candès
(2024), Active statistical inference, for labels that were not drawn evenly. Their intervals rest on the
normal law and miss too often with 50 labels; those of shares are ours, see `ppi_limits.share_limits`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.classification import CONFIDENCE, finite
from analytics_platform.stats.estimate import Estimate
from analytics_platform.stats.ppi_limits import (
    Sample,
    effective_labels,
    mean_limits,
    sampled,
    share_limits,
    tuned,
)


@dataclass(frozen=True)
class PPI:
    """A mean, share or quantile from labels and verdicts.

    Attributes:
        estimate: in the unit of the labels; NaN without labels.
        low: lower limit.
        high: upper limit.
        lam: weight of the judge, 0 (left out) to 1 (as in plain prediction-powered inference).
        labels: labels used.
        judged: everything judged, labelled or not.
        effective_labels: labels drawn evenly that would tell as much without a judge.
    """

    estimate: float
    low: float
    high: float
    lam: float
    labels: int
    judged: int
    effective_labels: float


@dataclass(frozen=True)
class Judged:
    """Labels and verdicts of one population.

    Attributes:
        labels: by people, shape (n,).
        judged: by the judge on the same cases, shape (n,).
        unjudged: by the judge on all cases without a label, shape (N,).
        weights: of the labels, one over the chance of being labelled, up to a factor, shape (n,); None: even.
    """

    labels: ArrayLike
    judged: ArrayLike
    unjudged: ArrayLike
    weights: ArrayLike | None = None


def ppi_mean(
    labels: ArrayLike,
    judged: ArrayLike,
    unjudged: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    lam: float | None = None,
    confidence: float = CONFIDENCE,
) -> PPI:
    """A mean, or a share where all labels are 0 or 1.

    Args:
        labels: by people, shape (n,).
        judged: by the judge on the same cases, in about the unit of the labels, shape (n,).
        unjudged: by the judge on all cases without a label, shape (N,).
        weights: of the labels, one over the chance of being labelled, up to a factor, shape (n,).
        lam: weight of the judge; None: the best one, within 0 and 1.
        confidence: level of the interval.

    Raises:
        AnalyticsError: labels, verdicts or weights differ in length, have gaps, or weights are not above 0.
    """
    return _estimated(sampled(labels, judged, unjudged, weights), lam, confidence)


def ppi_difference(first: Judged, second: Judged, confidence: float = CONFIDENCE) -> Estimate:
    """Mean or share of the second population less that of the first, from distances to either's limits.

    Raises:
        AnalyticsError: as `ppi_mean`.

    Source: Zou and Donner (2008), Construction of confidence limits about effect measures.
    """
    before, after = (
        ppi_mean(one.labels, one.judged, one.unjudged, weights=one.weights, confidence=confidence)
        for one in (first, second)
    )
    middle = after.estimate - before.estimate
    below = np.hypot(after.estimate - after.low, before.high - before.estimate)
    above = np.hypot(after.high - after.estimate, before.estimate - before.low)
    return Estimate(middle, float(middle - below), float(middle + above), before.labels + after.labels)


def ppi_quantile(
    labels: ArrayLike,
    judged: ArrayLike,
    unjudged: ArrayLike,
    q: float,
    *,
    weights: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> PPI:
    """A quantile: where the share of values up to it, by `ppi_mean`, reaches q.

    The limits are the values at which the interval of that share begins and ceases to hold q; they are among
    the labels and verdicts given.

    Args:
        labels: by people, shape (n,).
        judged: by the judge on the same cases, in the unit of the labels, shape (n,).
        unjudged: by the judge on all cases without a label, shape (N,).
        q: which quantile, between 0 and 1.
        weights: as in `ppi_mean`.
        confidence: level of the interval.

    Raises:
        AnalyticsError: as `ppi_mean`, or q is not between 0 and 1.
    """
    if not 0 < q < 1:
        message = f"quantile {q} is not between 0 and 1; give a share such as 0.9."
        raise AnalyticsError(message)
    given = sampled(labels, judged, unjudged, weights)
    pool = np.sort(np.concatenate([given.f, finite(unjudged, "unjudged")]))
    if not given.n:
        return _estimated(given, None, confidence)
    places = np.unique(np.concatenate([given.y, np.quantile(pool, np.linspace(0, 1, 257), method="nearest")]))

    def share_up_to(at: int) -> PPI:
        value = places[at]
        mean = float(np.searchsorted(pool, value, side="right")) / len(pool)
        below = (given.y <= value).astype(float), (given.f <= value).astype(float)
        up_to = replace(given, y=below[0], f=below[1], pool_mean=mean, are_verdicts=True)
        return _estimated(up_to, None, confidence)

    last = len(places) - 1
    at = _first(last, lambda place: share_up_to(place).estimate >= q)
    low = _first(last, lambda place: share_up_to(place).high >= q)
    high = _first(last, lambda place: share_up_to(place).low > q)
    value, low, high = (float(places[place]) for place in (at, min(low, at), max(high, at)))
    return replace(share_up_to(at), estimate=value, low=low, high=high)


def labels_only(
    labels: ArrayLike, weights: ArrayLike | None = None, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean or share by the labels alone: Jeffreys' interval for a share, a t interval for a mean.

    Args:
        labels: by people, shape (n,).
        weights: as in `ppi_mean`.
        confidence: level of the interval.

    Raises:
        AnalyticsError: as `ppi_mean`.
    """
    found = ppi_mean(labels, np.zeros(len(np.asarray(labels))), [], weights=weights, confidence=confidence)
    return Estimate(found.estimate, found.low, found.high, found.labels)


def naive(judged: ArrayLike, unjudged: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """The judge's own mean or share, as if it never erred: shown beside, and not to be believed.

    Args:
        judged: by the judge on labelled cases, shape (n,).
        unjudged: by the judge on the others, shape (N,).
        confidence: level of the interval.

    Raises:
        AnalyticsError: a verdict is not finite.
    """
    return labels_only(
        np.concatenate([finite(judged, "judged"), finite(unjudged, "unjudged")]), confidence=confidence
    )


def _estimated(given: Sample, lam: float | None, confidence: float) -> PPI:
    if not given.n:
        return PPI(np.nan, np.nan, np.nan, 0.0, 0, given.pool, 0.0)
    # Weight of the judge's mean over all cases, labelled ones too; as published it is that over the others.
    others = 1 - given.n / given.pool
    weight = tuned(given) if lam is None else lam / others
    middle = float(given.w @ given.y + weight * (given.pool_mean - given.w @ given.f))
    effective = effective_labels(given, weight)
    if given.is_share:
        middle = min(max(middle, 0.0), 1.0)
        low, high = share_limits(given, middle, weight, effective, lam, confidence)
    else:
        low, high = mean_limits(given, middle, weight, effective, confidence)
    return PPI(middle, low, high, weight * others, given.n, given.pool, effective)


def _first(last: int, holds: Callable[[int], bool]) -> int:
    """First place from which on something that begins once holds; the last where it never does."""
    near, far = 0, last
    while near < far:
        middle = (near + far) // 2
        near, far = (near, middle) if holds(middle) else (middle + 1, far)
    return near
