"""Certificates of raters: their severities, who is stricter, and the gap between two groups of them.

Belongs here: scores planted as item + group + rater + noise, in panels and among users of few ratings. Does
not: the estimates (`stats`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics_platform.stats.group_gap import group_gap
from analytics_platform.stats.rater_severity import rater_severity
from analytics_platform.validation.bands import about
from analytics_platform.validation.cells import ALPHA, Cell, Floats, Outcomes, Target, average, coverage

GAP = 0.3
DRAWS = 100
NOISE = 1.0
SCATTER = 0.06
"""Standard deviation of the share of pairs in order, from one panel to the next."""


@dataclass(frozen=True)
class World:
    """Who rates what.

    Attributes:
        raters: how many; the first group is the first share of them.
        items: how many.
        most: ratings of a user, from one on, each of any item; None: a panel, who rate half of the items.
        spread: standard deviation of severities; that of noise and of items is 1.
        first: share of raters in the first group.
        gap: of the first group's scores on the same item.
    """

    raters: int
    items: int
    most: int | None = None
    spread: float = 0.4
    first: float = 0.5
    gap: float = GAP

    def drawn(self, random: np.random.Generator) -> tuple[NDArray, NDArray, Floats, NDArray, Floats]:
        """Item, rater, score and whether the rater is of the first group, by rating; severities (raters,)."""
        if self.most is None:
            half = random.random(self.items * self.raters) < 0.5
            item, rater = np.divmod(np.flatnonzero(half), self.raters)
        else:
            rater = np.repeat(np.arange(self.raters), random.integers(1, self.most + 1, self.raters))
            item = random.integers(0, self.items, len(rater))
        is_first, severity = rater < self.first * self.raters, random.normal(0.0, self.spread, self.raters)
        score = random.normal(size=self.items)[item] + self.gap * is_first - severity[rater]
        return item, rater, score + random.normal(0.0, NOISE, len(item)), is_first, severity


@dataclass(frozen=True)
class SeverityTrial:
    """Severity of a rater, and which of two is stricter."""

    world: World

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Intervals of the first rater's severity, and the share of all pairs in their true order."""
        ends, truths, ordered = np.empty((2, replications)), np.empty(replications), np.empty(replications)
        for at in range(replications):
            item, rater, score, _, severity = self.world.drawn(random)
            found = rater_severity(item, rater, score, 1.0 - ALPHA)
            ends[:, at], truths[at] = (found.low[0], found.high[0]), severity[0] - severity.mean()
            one, other = np.triu_indices(len(severity), 1)
            agree = (found.severity[one] - found.severity[other]) * (severity[one] - severity[other])
            ordered[at] = (agree > 0).mean()
        return {**_missed(ends, truths), ("pairs_in_order", "absolute"): ordered}


@dataclass(frozen=True)
class GapTrial:
    """The gap between two groups.

    Attributes:
        world: who rates what.
        is_naive: whether all ratings pass for independent, as in a regression on items and group.
    """

    world: World
    is_naive: bool = False

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Intervals against the planted gap."""
        ends = np.empty((2, replications))
        for at in range(replications):
            item, rater, score, is_first, _ = self.world.drawn(random)
            if self.is_naive:
                ends[:, at] = naive(item, score, is_first)
            else:
                found = group_gap(item, rater, score, is_first, draws=DRAWS, seed=at, confidence=1.0 - ALPHA)
                ends[:, at] = found.low, found.high
        return _missed(ends, np.full(replications, self.world.gap))


def naive(item: NDArray, score: Floats, is_first: NDArray) -> tuple[float, float]:
    """Interval of the gap by least squares on items and group, as if each rating were of another rater."""
    many = np.bincount(item)
    group, centred = (
        side - (np.bincount(item, side) / np.maximum(many, 1))[item]
        for side in (is_first.astype(float), score)
    )
    size = float(group @ group)
    gap = float(group @ centred) / size
    freedom = len(score) - np.count_nonzero(many) - 1
    error = sqrt(float(((centred - gap * group) ** 2).sum()) / freedom / size)
    reach = -float(special.stdtrit(freedom, ALPHA / 2.0)) * error
    return gap - reach, gap + reach


def in_order(world: World) -> float:
    """Chance that of two raters the stricter is found so: of normal estimates, by Sheppard's formula."""
    raters = world.raters / 2.0
    noise = NOISE**2 / (world.items / 2.0) / (1.0 - 1.0 / raters)
    return 0.5 + asin(sqrt(world.spread**2 / (world.spread**2 + noise))) / pi


def _missed(ends: Floats, truth: Floats) -> dict[tuple[str, str], NDArray]:
    below, above = ends[0] > truth, ends[1] < truth
    return {
        ("coverage", "absolute"): ~(below | above),
        ("lower_miss", "absolute"): below,
        ("upper_miss", "absolute"): above,
        ("answered", "absolute"): np.asarray(np.isfinite(ends).all(axis=0)),
    }


def cells() -> Iterator[Cell]:
    """Severities in two panels, gaps in a panel and among users, and the naive gap as a foil."""
    targets = coverage("absolute")
    for sample, world in (("small", World(10, 60, gap=0.0)), ("large", World(24, 120, gap=0.0))):
        ranked = Target("pairs_in_order", "absolute", about(in_order(world), 0.01, SCATTER), average)
        note = f"{world.raters} raters of half of {world.items} items; severities {world.spread}, noise 1"
        simulate = SeverityTrial(world).simulate
        yield Cell(
            "rater_severity",
            "mean",
            "panel",
            sample,
            simulate,
            (*targets, ranked),
            note,
            effort=0.2,
            block=100,
        )
    panel = World(20, 60)
    note = f"10 and 10 raters of half of {panel.items} items; severities {panel.spread}, noise 1"
    yield Cell(
        "group_gap", "mean", "panel", "small", GapTrial(panel).simulate, targets, note, effort=0.15, block=100
    )
    foil = Cell("naive_gap", "mean", "panel", "small", GapTrial(panel, is_naive=True).simulate, targets)
    yield foil.shown_failing(f"foil: ratings of one rater pass for independent; {note}")
    users = World(500, 200, most=3, spread=0.5, first=0.3)
    note = "150 and 350 users with 1 to 3 ratings each of 200 items; severities .5, noise 1"
    yield Cell(
        "group_gap", "mean", "users", "large", GapTrial(users).simulate, targets, note, effort=0.1, block=100
    )
