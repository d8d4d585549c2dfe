"""How good predictions are, with intervals by resampling classes, and users who have none.

Every measure takes weights, so that a resample is a column of counts; classmates, and users seen on several
snapshot days, are drawn together. Ties share their places: a rule with few levels is not flattered by the
order of rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.churn.design import Floats

REPLICATES = 200
SEED = 20260102
TOP_SHARE = 0.1
BINS = 10
LEAST_CHANCE = 1e-6


@dataclass(frozen=True)
class Outcomes:
    """What came of the users of one snapshot day; arrays of shape (n,).

    Attributes:
        users: who.
        has_left: whether each stayed away.
        base_rate: share that left, as known before.
    """

    users: NDArray[np.int64]
    has_left: NDArray[np.bool_]
    base_rate: float


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Groups:
    """Rows of equal prediction together, ascending; weights summed, shape (groups, replicates).

    Attributes:
        left: weight of those who left.
        stayed: weight of those who stayed.
    """

    left: Floats
    stayed: Floats

    @classmethod
    def of(cls, y: NDArray[np.bool_], p: Floats, weights: Floats) -> "Groups":
        order = np.argsort(p, kind="stable")
        starts = np.flatnonzero(np.diff(p[order], prepend=-np.inf))
        ordered = weights[order]
        leavers = y[order][:, None]
        return cls(
            np.add.reduceat(ordered * leavers, starts, axis=0),
            np.add.reduceat(ordered * ~leavers, starts, axis=0),
        )


def auc(groups: Groups) -> Floats:
    """Chance that one who left was ranked above one who stayed, ties half."""
    below = np.cumsum(groups.stayed, axis=0) - groups.stayed / 2
    return (groups.left * below).sum(axis=0) / (groups.left.sum(axis=0) * groups.stayed.sum(axis=0))


def average_precision(groups: Groups) -> Floats:
    """Precision averaged over the recall it is reached at."""
    left, everybody = groups.left[::-1], (groups.left + groups.stayed)[::-1]
    precision = np.cumsum(left, axis=0) / np.maximum(np.cumsum(everybody, axis=0), 1e-12)
    return (precision * left).sum(axis=0) / left.sum(axis=0)


def lift(groups: Groups) -> Floats:
    """Share that left among the tenth ranked highest, over the share among all; a tie is divided."""
    left, everybody = groups.left[::-1], (groups.left + groups.stayed)[::-1]
    reached, found = np.cumsum(everybody, axis=0), np.cumsum(left, axis=0)
    asked = TOP_SHARE * reached[-1]
    caught = [
        np.interp(a, np.append(0, r), np.append(0, f))
        for a, r, f in zip(asked, reached.T, found.T, strict=True)
    ]
    return np.array(caught) / asked / (found[-1] / reached[-1])


def calibration_error(y: NDArray[np.bool_], p: Floats, weights: Floats) -> Floats:
    """Mean gap between expected and observed share over tenths of the predictions (ECE)."""
    part = tenths(p)
    size = _sums(weights, part)
    gap = np.abs(_sums(weights * (y - p)[:, None], part))
    return gap.sum(axis=0) / size.sum(axis=0)


def tenths(p: Floats) -> NDArray[np.int64]:
    """Tenth that each prediction falls into, 0 the lowest; equal predictions share one."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, p, side="left")


def measured(outcomes: Outcomes, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Every measure of one snapshot day by name, each of shape (replicates,)."""
    y, chance = outcomes.has_left, np.clip(p, LEAST_CHANCE, 1 - LEAST_CHANCE)
    groups, total = Groups.of(y, p, weights), weights.sum(axis=0)
    surprise = -np.where(y, np.log(chance), np.log(1 - chance))
    return {
        "auc": auc(groups),
        "average_precision": average_precision(groups),
        "lift_10": lift(groups),
        "brier": ((p - y) ** 2) @ weights / total,
        "brier_base_rate": ((outcomes.base_rate - y) ** 2) @ weights / total,
        "log_loss": surprise @ weights / total,
        "calibration_error": calibration_error(y, p, weights),
        "expected_share": p @ weights / total,
        "observed_share": y @ weights / total,
    }


def weights_of(clusters: Sequence[NDArray[np.int64]]) -> list[Floats]:
    """Counts of each user in the sample itself (column 0) and in its resamples, one array a snapshot day.

    Args:
        clusters: what each user of a day is drawn with, one array a snapshot day.
    """
    if not clusters:
        return []
    everybody, place = np.unique(np.concatenate(clusters), return_inverse=True)
    draws = np.random.default_rng(SEED).poisson(1.0, (len(everybody), REPLICATES)).astype(float)
    counts = np.column_stack([np.ones(len(everybody)), draws])
    ends = np.cumsum([len(own) for own in clusters])[:-1]
    return [counts[own] for own in np.split(place, ends)]


def estimate(values: Floats) -> Estimate:
    """A measure of the sample with the limits that its resamples give."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Estimate(float(values[0]), float(low), float(high))


def mean_over(parts: Sequence[Mapping[str, Floats]], change: Callable[[str], str] = str) -> dict[str, Floats]:
    """Each measure averaged over snapshot days, resample by resample."""
    return {change(name): np.mean([part[name] for part in parts], axis=0) for name in parts[0]}


def _sums(values: Floats, part: NDArray[np.int64]) -> Floats:
    total = np.zeros((part.max() + 1, values.shape[1]))
    np.add.at(total, part, values)
    return total
