"""What a change is made of: exact additive contributions of segments, with intervals that know users repeat.

A ratio R = Σ y / Σ d changes because segments weigh differently (mix) and because they do differently (rate):
with w the segment's share of Σ d, r its own ratio and a bar for the mean of before and after,

    R₁ − R₀ = Σ (w₁ − w₀)(r̄ − R̄) + Σ (r₁ − r₀) w̄.

A count changes by what its segments gain; each gain is that of a segment which moves like all (proportional)
and what is left (excess). A ratio also splits into what its numerator and what its denominator did, a count
into how many took part and how much each did (Shapley: the mean over both orders). All sums are exact.

Standard errors are those of totals over independent clusters (users, or classes of users) observed in both
periods: a cluster's influence on a contribution is linear in its totals, and clusters come as Poisson.

Sources: Marshall (1920) and Edgeworth for the mid-point weights; Shorrocks (2013), Decomposition procedures
for distributional analysis; Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.dual import Dual

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Y0, D0, Y1, D1 = range(4)


@dataclass(frozen=True)
class Totals:
    """Two counts, y and d, before and after, in S segments.

    Attributes:
        overall: y and d before, y and d after, over all segments, shape (4,).
        segments: the same in each segment, shape (S, 4).
        moments: sums over clusters of the products of [overall, segment's] totals, shape (S, 8, 8).
        clusters: clusters that have any of each total in the segment, shape (S, 4).
    """

    overall: Floats
    segments: Floats
    moments: Floats
    clusters: Ints


@dataclass(frozen=True)
class Term:
    """One part of a change in each segment.

    Attributes:
        value: in the unit of the metric, shape (S,).
        standard_error: of it, shape (S,).
    """

    value: Floats
    standard_error: Floats


def totals_of(cluster: Ints, segment: Ints, counts: Floats, segments: int) -> Totals:
    """Totals of rows that are each one cluster's in one segment.

    Args:
        cluster: number of the cluster, from 0, shape (n,).
        segment: number of the segment, from 0, shape (n,).
        counts: V counts before, then the same after, shape (n, 2 V).
        segments: how many there are.

    Returns:
        Totals with 2 V in place of 4; `chosen` picks the two counts of a metric.
    """
    own = np.zeros((int(cluster.max(initial=-1)) + 1, counts.shape[1]))
    np.add.at(own, cluster, counts)
    width = counts.shape[1]
    moments = np.zeros((segments, 2 * width, 2 * width))
    moments[:, :width, :width] = own.T @ own
    sums, present = np.zeros((segments, width)), np.zeros((segments, width), np.int64)
    for at in range(segments):
        rows = segment == at
        part, whole = counts[rows], own[cluster[rows]]
        cross = whole.T @ part
        moments[at, :width, width:], moments[at, width:, :width] = cross, cross.T
        moments[at, width:, width:] = part.T @ part
        sums[at], present[at] = part.sum(0), (part != 0.0).sum(0)
    return Totals(sums.sum(0), sums, moments, present)


def chosen(totals: Totals, numerator: int, denominator: int) -> Totals:
    """The totals of two of the V counts."""
    width = len(totals.overall)
    half = width // 2
    four = np.array([numerator, denominator, half + numerator, half + denominator])
    eight = np.concatenate([four, width + four])
    return Totals(
        totals.overall[four],
        totals.segments[:, four],
        totals.moments[:, eight[:, None], eight],
        totals.clusters[:, four],
    )


def ratio_terms(totals: Totals) -> dict[str, Term]:
    """`mix`, `rate` and their sum `total` of y / d in each segment; totals add up to the change of the ratio.

    A segment without d in one period changes the mix alone. `excess` is the part of the change that the
    segment makes because its ratio moved more than the overall one: (r₁ − r₀ − (R₁ − R₀)) w̄.
    """
    whole, part = _inputs(totals)
    share_before, share_after = part[D0] / whole[D0], part[D1] / whole[D1]
    has_before, has_after = totals.segments[:, D0] != 0.0, totals.segments[:, D1] != 0.0
    before, after = part[Y0] / part[D0], part[Y1] / part[D1]
    rate_before, rate_after = before.where(has_before, after), after.where(has_after, before)
    neither = ~has_before & ~has_after
    rate_before, rate_after = (_zero(part).where(neither, rate) for rate in (rate_before, rate_after))
    middle = (rate_before + rate_after).halved()
    ratio_before, ratio_after = whole[Y0] / whole[D0], whole[Y1] / whole[D1]
    overall = (ratio_before + ratio_after).halved()
    moved = share_after - share_before
    mix = moved * (middle - overall)
    # Equal to (r₁ − r₀) w̄ wherever both ratios are there, and exact where y comes without d.
    rate = part[Y1] / whole[D1] - part[Y0] / whole[D0] - moved * middle
    excess = (rate_after - rate_before - (ratio_after - ratio_before)) * (share_before + share_after).halved()
    return _terms(totals.moments, mix=mix, rate=rate, excess=excess, total=mix + rate)


def count_terms(totals: Totals) -> dict[str, Term]:
    """`proportional`, `excess` and their sum `total` of y in each segment; totals add up to the change."""
    whole, part = _inputs(totals)
    usual = part[Y0] * whole[Y1] / whole[Y0]
    total = part[Y1] - part[Y0]
    if totals.overall[Y0] == 0.0:
        return _terms(totals.moments, total=total)
    return _terms(totals.moments, proportional=usual - part[Y0], excess=part[Y1] - usual, total=total)


def ratio_split(totals: Totals) -> dict[str, Term]:
    """`numerator`, `denominator` and their sum `total`: what each did to y / d over all segments, (1,)."""
    y0, d0, y1, d1 = _inputs(totals)[0]
    numerator = ((y1 - y0) / d0 + (y1 - y0) / d1).halved()
    denominator = (y0 / d1 - y0 / d0 + y1 / d1 - y1 / d0).halved()
    return _first(totals, numerator=numerator, denominator=denominator, total=numerator + denominator)


def count_split(totals: Totals) -> dict[str, Term]:
    """`users`, `per_user` and their sum `total`: d took part, and each did y / d, over all segments, (1,).

    Only the total where nobody took part in one of the periods.
    """
    y0, d0, y1, d1 = _inputs(totals)[0]
    total = y1 - y0
    if totals.overall[D0] == 0.0 or totals.overall[D1] == 0.0:
        return _first(totals, total=total)
    before, after = y0 / d0, y1 / d1
    users = ((d1 - d0) * (before + after)).halved()
    per_user = ((after - before) * (d0 + d1)).halved()
    return _first(totals, users=users, per_user=per_user, total=total)


def _inputs(totals: Totals) -> tuple[list[Dual], list[Dual]]:
    """Overall and segment totals, each as y and d before and after."""
    stacked = np.concatenate([np.broadcast_to(totals.overall, totals.segments.shape), totals.segments], 1)
    inputs = Dual.inputs(stacked)
    return inputs[:4], inputs[4:]


def _zero(part: list[Dual]) -> Dual:
    return Dual(np.zeros_like(part[0].value), np.zeros_like(part[0].gradient))


def _terms(moments: Floats, **parts: Dual) -> dict[str, Term]:
    return {name: Term(part.value, part.standard_error(moments)) for name, part in parts.items()}


def _first(totals: Totals, **parts: Dual) -> dict[str, Term]:
    terms = _terms(totals.moments, **parts)
    return {name: Term(term.value[:1], term.standard_error[:1]) for name, term in terms.items()}
