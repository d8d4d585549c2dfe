"""Segment effects drawn together: the largest of many noisy estimates is mostly noise.

Each segment's true effect is taken to come from N(μ, τ²). An estimate is pulled towards μ the more, the
larger its error is beside τ; its interval pays for having estimated μ and τ² too.

Source: Morris (1983), Parametric empirical Bayes inference; Paule and Mandel (1982), Consensus values and
weighting factors; Cochran (1954), The combination of estimates from different experiments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

Floats = NDArray[np.float64]

_STEPS = 60


@dataclass(frozen=True)
class Shrunken:
    """Segment effects after shrinkage: shape (..., segments), or (...) for what all segments share.

    Attributes:
        estimate: shrunken effect, in the unit of the effect; NaN where a segment has none.
        low: lower confidence limit.
        high: upper confidence limit.
        weight: share of the segment's own estimate that was kept, from 0 to 1.
        mean: mean effect over segments, shape (...).
        between_variance: τ², variance of the true effects between segments, shape (...).
        heterogeneity: Cochran's Q, shape (...).
        heterogeneity_p_value: of one effect in all segments; NaN below two segments, shape (...).
    """

    estimate: Floats
    low: Floats
    high: Floats
    weight: Floats
    mean: Floats
    between_variance: Floats
    heterogeneity: Floats
    heterogeneity_p_value: Floats


def shrink(effects: ArrayLike, standard_errors: ArrayLike, alpha: float = 0.05) -> Shrunken:
    """Empirical-Bayes effects of segments; with three segments or fewer they stay as they are.

    Intervals cover their truths at 1 − alpha on average over the segments, not in each one.

    Args:
        effects: estimates, shape (..., segments), NaN where there is none.
        standard_errors: of the estimates, same shape; a segment without a positive one is left out.
        alpha: one minus the confidence level.
    """
    effect, error = np.asarray(effects, float), np.asarray(standard_errors, float)
    usable = np.isfinite(effect) & (error > 0)
    y, v = np.where(usable, effect, 0.0), np.where(usable, error, 1.0) ** 2
    segments = usable.sum(-1, keepdims=True)
    between = _between_variance(y, v, usable, segments)
    weight = usable / (v + between)
    mean = _mean(y, weight)
    kept, variance = _morris(y - mean, v, weight, segments)
    estimate = np.where(usable, mean + kept * (y - mean), np.nan)
    reach = -ndtri(alpha / 2) * np.sqrt(variance)
    q = _dispersion(y, usable / v)[..., 0]
    freedom = segments[..., 0] - 1.0
    p_value = chdtrc(np.where(freedom > 0, freedom, np.nan), q)
    kept = np.where(usable, kept, np.nan)
    return Shrunken(
        estimate, estimate - reach, estimate + reach, kept, mean[..., 0], between[..., 0], q, p_value
    )


def _morris(apart: Floats, v: Floats, weight: Floats, segments: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Share of its own estimate that a segment keeps, and the variance of what it then has.

    Source: Morris (1983), equations 1.16 to 1.19, with one regressor (the mean).
    """
    spare = np.maximum(segments - 3.0, 0.0)
    shrinkage = spare / np.maximum(segments - 1.0, 1.0) * v * weight
    typical = np.where(weight > 0, 1.0 / np.where(weight > 0, weight, 1.0), 1.0)
    average = (_mean(v, weight) + typical - v) / typical
    of_mean = weight / np.maximum(weight.sum(-1, keepdims=True), 1e-300)
    of_shrinkage = 2.0 / np.maximum(spare, 1.0) * shrinkage**2 * average
    return 1.0 - shrinkage, v * (1.0 - (1.0 - of_mean) * shrinkage) + of_shrinkage * apart**2


def _between_variance(y: Floats, v: Floats, usable: NDArray[np.bool_], segments: NDArray[np.int64]) -> Floats:
    """τ² at which the weighted dispersion is what it should be, segments − 1 (bisection, all at once)."""
    low = np.zeros_like(segments, float)
    spread = np.where(usable, y - _mean(y, usable.astype(float)), 0.0)
    high = (spread**2).sum(-1, keepdims=True)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        is_too_small = _dispersion(y, usable / (v + middle)) > segments - 1
        low, high = np.where(is_too_small, middle, low), np.where(is_too_small, high, middle)
    return np.where(_dispersion(y, usable / v) > segments - 1, high, 0.0)


def _dispersion(y: Floats, weight: Floats) -> Floats:
    return (weight * (y - _mean(y, weight)) ** 2).sum(-1, keepdims=True)


def _mean(y: Floats, weight: Floats) -> Floats:
    total = weight.sum(-1, keepdims=True)
    return np.where(total > 0, (weight * y).sum(-1, keepdims=True) / np.where(total > 0, total, 1.0), np.nan)
