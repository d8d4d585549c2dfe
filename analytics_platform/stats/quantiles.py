"""Quantiles of two arms, with errors from the ranks around them.

The rank of a quantile varies by a binomial law that needs no density; the values at the two ends of that
window of ranks give its standard error (Woodruff's inversion). Where the quantile sits on a value that many
units share, the window says nothing about its error: then there is none, and a reason instead.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.histogram import Histogram

Floats = NDArray[np.float64]

_REACH = float(ndtri(0.975))
_TIED = 0.25


class Problem(IntEnum):
    """Why a quantile has no standard error."""

    NONE = 0
    TOO_FEW = 1
    TIED = 2


@dataclass(frozen=True)
class Quantile:
    """A quantile of one arm, each of shape (...).

    Attributes:
        value: the quantile, in the unit of the metric.
        variance: its squared standard error; NaN where there is a problem.
        units: units, or clusters, that vary independently.
        problem: a `Problem` each.
    """

    value: Floats
    variance: Floats
    units: Floats
    problem: NDArray[np.int64]


def from_rows(values: ArrayLike, share: float) -> Quantile:
    """A quantile of independent units.

    Args:
        values: sorted along the last axis, shape (..., n).
        share: which quantile, between 0 and 1.

    Raises:
        AnalyticsError: the share is not between 0 and 1.

    Source: Woodruff (1952), Confidence intervals for medians and other position measures.
    """
    data = np.asarray(values, float)
    units = np.full(data.shape[:-1], float(data.shape[-1]))
    return _from_window(data, _checked(share), units, _binomial_error(share, units))


def from_clusters(values: ArrayLike, clusters: ArrayLike, share: float) -> Quantile:
    """A quantile of units that were randomised in clusters, or of events of users.

    The share below the quantile is a ratio of sums over clusters; its delta-method error replaces the
    binomial one.

    Args:
        values: in any order, shape (..., n).
        clusters: which cluster each value belongs to, shape (n,).
        share: which quantile, between 0 and 1.

    Raises:
        AnalyticsError: the share is not between 0 and 1.

    Source: Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics, section 4.
    """
    data, by_cluster = np.asarray(values, float), np.argsort(clusters, kind="stable")
    if not data.shape[-1]:
        return from_rows(data, share)
    _, starts, sizes = np.unique(np.asarray(clusters)[by_cluster], return_index=True, return_counts=True)
    ordered, cluster_count = np.sort(data, axis=-1), len(starts)
    value = _at(ordered, _checked(share) * (data.shape[-1] - 1.0))
    below = np.add.reduceat((data <= value[..., None])[..., by_cluster].astype(float), starts, axis=-1)
    residual = below - below.mean(-1, keepdims=True) / sizes.mean() * sizes
    error = np.sqrt((residual**2).sum(-1) * cluster_count / max(cluster_count - 1, 1)) / sizes.sum()
    return _from_window(ordered, share, np.full(data.shape[:-1], float(cluster_count)), error)


def from_histogram(histogram: Histogram, share: float) -> Quantile:
    """A quantile of independent units from their histogram.

    Args:
        histogram: one sample or many, shape (...).
        share: which quantile, between 0 and 1.

    Raises:
        AnalyticsError: the share is not between 0 and 1.
    """
    units = histogram.n
    error = _binomial_error(_checked(share), units)
    value, low, high = (
        histogram.quantile(np.clip(share + step * error, 0, 1)) for step in (0.0, -_REACH, _REACH)
    )
    tied = histogram.tied(value) / np.maximum(units, 1.0)
    return _judged(value, low, high, share, error, tied, units)


def arm_quantiles(control: Quantile, treatment: Quantile) -> ArmMeans:
    """Both arms as means with errors, for absolute and relative (Fieller) intervals; shape (...)."""
    return ArmMeans(
        control=control.value,
        treatment=treatment.value,
        control_variance=control.variance,
        treatment_variance=treatment.variance,
        covariance=np.zeros_like(control.variance),
        degrees_of_freedom=control.units + treatment.units - 2.0,
        control_units=control.units,
        treatment_units=treatment.units,
    )


def why_not(control: Quantile, treatment: Quantile) -> str | None:
    """Why a single comparison has no interval, in words that follow "because"; None where it has one.

    Args:
        control: the control arm's quantile, each attribute a scalar.
        treatment: the treatment arm's.
    """
    for name, arm in (("control", control), ("treatment", treatment)):
        if arm.problem == Problem.TOO_FEW:
            return f"the {name} arm has too few units ({int(arm.units)}) beyond this quantile"
        if arm.problem == Problem.TIED:
            return f"too many units of the {name} arm share the value {float(arm.value):.4g} at this quantile"
    return None


def _from_window(ordered: Floats, share: float, units: Floats, error: Floats) -> Quantile:
    if not ordered.shape[-1]:
        nothing = np.full(units.shape, np.nan)
        return Quantile(nothing, nothing, units, np.full(units.shape, Problem.TOO_FEW))
    last = ordered.shape[-1] - 1.0
    value, low, high = (_at(ordered, (share + step * error) * last) for step in (0.0, -_REACH, _REACH))
    nearest = _at(ordered, np.broadcast_to(np.round(share * last), units.shape))
    tied = (ordered == nearest[..., None]).mean(-1)
    return _judged(value, low, high, share, error, tied, units)


def _judged(
    value: Floats, low: Floats, high: Floats, share: float, error: Floats, tied: Floats, units: Floats
) -> Quantile:
    too_few = (share - _REACH * error < 0) | (share + _REACH * error > 1) | ~(error > 0)
    is_tied = (tied > _TIED * 2 * _REACH * error) & (tied * units > 1.5)
    problem = np.where(too_few, Problem.TOO_FEW, np.where(is_tied, Problem.TIED, Problem.NONE))
    variance = np.where(problem == Problem.NONE, ((high - low) / (2 * _REACH)) ** 2, np.nan)
    return Quantile(value, variance, units, problem)


def _binomial_error(share: float, units: Floats) -> Floats:
    return np.sqrt(share * (1 - share) / np.maximum(units, 1.0))


def _at(ordered: Floats, position: Floats | float) -> Floats:
    """Values at fractional ranks from 0, shape (...)."""
    ranks = np.clip(np.broadcast_to(position, ordered.shape[:-1]), 0.0, ordered.shape[-1] - 1.0)[..., None]
    floor = np.floor(ranks).astype(np.int64)
    ceiling = np.minimum(floor + 1, ordered.shape[-1] - 1)
    low, high = np.take_along_axis(ordered, floor, -1), np.take_along_axis(ordered, ceiling, -1)
    return (low + (ranks - floor) * (high - low))[..., 0]


def _checked(share: float) -> float:
    if not 0 < share < 1:
        message = f"quantile {share} is not between 0 and 1; give a share such as 0.9."
        raise AnalyticsError(message)
    return share
