"""Strata for post-stratification: two arms by stratum, small ones joined until each holds enough units."""

import numpy as np

from analytics_platform.experiments.plan import Goal
from analytics_platform.experiments.sample import Sample
from analytics_platform.stats.moments import Moments, stacked

FEWEST_UNITS = 10
"""Units of each arm that a stratum needs."""

Pair = tuple[Moments, Moments]


def strata_of(goal: Goal, control: Sample, treatment: Sample) -> Pair | None:
    """Outcome of both arms by stratum, shape (strata,); None where fewer than two strata are large enough."""
    pairs = [
        (_stratum(control, name), _stratum(treatment, name))
        for name in sorted({*control.strata, *treatment.strata})
    ]
    large = [pair for pair in pairs if _fits(pair)]
    small = [pair for pair in pairs if not _fits(pair)]
    if small:
        rest = _joined(small)
        if _fits(rest):
            large.append(rest)
        elif large:
            large[-1] = _joined([large[-1], rest])
    if len(large) < 2:
        return None
    return _outcome(goal, [pair[0] for pair in large]), _outcome(goal, [pair[1] for pair in large])


def _stratum(arm: Sample, name: str) -> Moments:
    return arm.strata[name].select(0, 1) if name in arm.strata else Sample.empty().moments


def _fits(pair: Pair) -> bool:
    return min(float(arm.n) for arm in pair) >= FEWEST_UNITS


def _joined(pairs: list[Pair]) -> Pair:
    one, other = (_total([pair[arm] for pair in pairs if pair[arm].n > 0]) for arm in (0, 1))
    return one, other


def _total(parts: list[Moments]) -> Moments:
    return Moments.total(stacked(parts)) if parts else Sample.empty().moments


def _outcome(goal: Goal, strata: list[Moments]) -> Moments:
    """A ratio is linearised by its arm's ratio over all strata, not stratum by stratum."""
    parts = stacked(strata)
    if goal.kind != "ratio":
        return parts.select(0)
    total = Moments.total(parts)
    ratio = total.mean[0] / total.mean[1]
    return parts.transform(np.array([[1.0, -ratio]]) / total.mean[1], np.array([ratio]))
