"""What a readout knows of one arm and one metric, read from the ledger or from somebody's file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.histogram import Histogram
from analytics_platform.stats.moments import Moments

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One arm of one metric.

    Attributes:
        moments: of [y, k, x1, x2…] over units; k is 1 for means, the denominator for ratios, and counts
            members where units are classrooms.
        strata: the same by stratum, for post-stratification; empty where there are none.
        clusters: (y, k) of each cluster, shape (clusters, 2); None where units are persons.
        histogram: distribution of y; None where the metric needs none.
        values: y of each unit, shape (units,); None where only moments are known.
        cluster_of: cluster of each value, shape (units,); None where units are independent.
    """

    moments: Moments
    strata: Mapping[str, Moments] = field(default_factory=dict[str, Moments])
    clusters: Floats | None = None
    histogram: Histogram | None = None
    values: Floats | None = None
    cluster_of: NDArray | None = None

    @classmethod
    def empty(cls, variables: int = 2) -> "Sample":
        """An arm without a unit."""
        return cls(Moments.of(np.zeros((0, variables))))


Samples = Mapping[str, Mapping[str, Sample]]
"""Samples by metric, then by variant."""


def pooled(samples: Iterable[Sample]) -> Sample:
    """Several arms as one."""
    return reduce(_together, samples)


def _together(one: Sample, other: Sample) -> Sample:
    strata = {
        name: _sum(one.strata.get(name), other.strata.get(name)) for name in {**one.strata, **other.strata}
    }
    histograms = [part.histogram for part in (one, other) if part.histogram is not None]
    return Sample(
        moments=_sum(one.moments, other.moments),
        strata=strata,
        clusters=_joined(one.clusters, other.clusters),
        histogram=reduce(lambda a, b: a + b, histograms) if histograms else None,
        values=_joined(one.values, other.values),
        cluster_of=_joined(one.cluster_of, other.cluster_of),
    )


def _joined(one: NDArray | None, other: NDArray | None) -> NDArray | None:
    return None if one is None or other is None else np.concatenate([one, other])


def _sum(one: Moments | None, other: Moments | None) -> Moments:
    if one is None or other is None:
        return one or other  # pyright: ignore[reportReturnType]
    if one.n == 0 or other.n == 0:
        return one if other.n == 0 else other
    return one + other
