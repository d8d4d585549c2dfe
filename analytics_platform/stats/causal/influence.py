"""Intervals from influence functions: one rule for every estimator here, units or clusters.

Source: Newey (1990), *Journal of Applied Econometrics* 5; Fieller (1954), *JRSS B* 16, for the ratio.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CausalEstimate:
    """An effect and the mean it is to be compared with.

    Attributes:
        estimate: effect, in units of the outcome.
        standard_error: its standard error.
        low: lower end of the interval.
        high: upper end of the interval.
        p_value: two-sided, of no effect.
        control_mean: mean outcome without treatment in the population that the effect is about.
        relative: effect over `control_mean`, or None where that mean is not clearly away from 0.
        relative_low: lower end of Fieller's interval.
        relative_high: upper end of Fieller's interval.
        units: units used.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    control_mean: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    units: int


def estimate_of(
    effect: float,
    influence: Floats,
    control_mean: float,
    control_influence: Floats,
    clusters: NDArray | None = None,
    alpha: float = 0.05,
) -> CausalEstimate:
    """An estimate from its influence values.

    Args:
        effect: the point estimate.
        influence: influence of each unit on it, mean zero, shape (n,).
        control_mean: mean outcome without treatment.
        control_influence: influence of each unit on that mean, shape (n,).
        clusters: cluster of each unit, shape (n,); None: every unit stands for itself.
        alpha: one less the confidence.

    Raises:
        ValueError: there are fewer than two units or clusters.
    """
    covariance, degrees = mean_covariance(np.stack([influence, control_influence]), clusters)
    critical = float(stats.t.ppf(1 - alpha / 2, degrees))
    return _finished(effect, control_mean, covariance, critical, degrees, len(influence))


def mean_covariance(influence: Floats, clusters: NDArray | None = None) -> tuple[Floats, float]:
    """Covariance of the means of influence values, shape (k, k), and degrees of freedom.

    Args:
        influence: shape (k, n).
        clusters: cluster of each unit, shape (n,); None: units are independent.

    Raises:
        ValueError: there are fewer than two units or clusters.
    """
    n = influence.shape[1]
    sums = influence
    if clusters is not None:
        _, place = np.unique(clusters, return_inverse=True)
        sums = np.stack([np.bincount(place, weights=row) for row in influence])
    groups = sums.shape[1]
    if groups < 2:
        raise ValueError("a standard error needs at least two units or clusters")
    correction = 1.0 if clusters is None else groups / (groups - 1)
    return sums @ sums.T / n**2 * correction, float(groups - 1)


def fieller(effect: float, base: float, covariance: Floats, critical: float) -> tuple[float, float] | None:
    """Interval of effect / base, or None where the base is not clearly away from 0.

    Args:
        effect: numerator.
        base: denominator.
        covariance: of the two, shape (2, 2).
        critical: quantile of the pivot.

    Source: Fieller (1954), *JRSS B* 16.
    """
    a = base**2 - critical**2 * covariance[1, 1]
    b = effect * base - critical**2 * covariance[0, 1]
    c = effect**2 - critical**2 * covariance[0, 0]
    if a <= 0:
        return None
    half = np.sqrt(max(b**2 - a * c, 0.0))
    return float((b - half) / a), float((b + half) / a)


def median_of(estimates: list[CausalEstimate], alpha: float = 0.05) -> CausalEstimate:
    """Estimates of several random splits as one: medians, the spread between splits added.

    Source: Chernozhukov et al. (2018), *Econometrics Journal* 21, definition 3.3.
    """
    middle = float(np.median([one.estimate for one in estimates]))
    base = float(np.median([one.control_mean for one in estimates]))
    error = float(
        np.sqrt(np.median([one.standard_error**2 + (one.estimate - middle) ** 2 for one in estimates]))
    )
    z = float(stats.norm.ppf(1 - alpha / 2))
    relatives = [
        (one.relative, one.relative_low, one.relative_high)
        for one in estimates
        if one.relative is not None and one.relative_low is not None and one.relative_high is not None
    ]
    relative = np.median(relatives, axis=0).tolist() if len(relatives) == len(estimates) else [None] * 3
    return CausalEstimate(
        estimate=middle,
        standard_error=error,
        low=middle - z * error,
        high=middle + z * error,
        p_value=float(2 * stats.norm.sf(abs(middle) / error)) if error > 0 else 1.0,
        control_mean=base,
        relative=relative[0],
        relative_low=relative[1],
        relative_high=relative[2],
        units=estimates[0].units,
    )


def _finished(
    effect: float, base: float, covariance: Floats, critical: float, degrees: float, units: int
) -> CausalEstimate:
    error = float(np.sqrt(covariance[0, 0]))
    relative = fieller(effect, base, covariance, critical)
    return CausalEstimate(
        estimate=effect,
        standard_error=error,
        low=effect - critical * error,
        high=effect + critical * error,
        p_value=float(2 * stats.t.sf(abs(effect) / error, degrees)) if error > 0 else float(effect == 0),
        control_mean=base,
        relative=None if relative is None else effect / base,
        relative_low=None if relative is None else relative[0],
        relative_high=None if relative is None else relative[1],
        units=units,
    )
