"""Certificates of agreement: intervals of α, κ and AC1, and what Dawid–Skene makes of raters without truth.

Belongs here: items of latent classes, labelled by raters with confusion matrices of their own, so that every
coefficient's value among endless items is known exactly. Does not: the estimates (`stats`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.stats.agreement import alpha_interval, cohen_kappa, gwet_ac1
from analytics_platform.stats.dawid_skene import dawid_skene
from analytics_platform.stats.disagreements import Level
from analytics_platform.validation.bands import about
from analytics_platform.validation.cells import ALPHA, Cell, Floats, Outcomes, Target, average, coverage

Limits = tuple[float, float]

RECALL = about(0.0, 0.01)
"""Mean error of estimated sensitivity, as a share; a hundredth is what nobody acts upon."""


@dataclass(frozen=True)
class Raters:
    """Items of latent classes and the raters who label them.

    Attributes:
        prevalence: share of each class, shape (classes,).
        confusion: chance of each label by rater and class, shape (raters, classes, labels).
        rated: share of items that each rater labels.
    """

    prevalence: Floats
    confusion: Floats
    rated: float = 1.0

    def drawn(self, random: np.random.Generator, items: int) -> tuple[NDArray, Floats]:
        """Classes (items,) and labels (items, raters), NaN where a rater did not rate."""
        truth = random.choice(len(self.prevalence), items, p=self.prevalence)
        bounds = np.swapaxes(self.confusion.cumsum(axis=2), 0, 1)[truth][:, :, :-1]
        labels = (random.random((items, len(self.confusion), 1)) > bounds).sum(axis=2).astype(float)
        return truth, np.where(random.random(labels.shape) < self.rated, labels, np.nan)

    def pairs(self) -> Floats:
        """Chance of each two labels of one item by two different raters, shape (labels, labels)."""
        together = np.einsum("c,jca,kcb->jkab", self.prevalence, self.confusion, self.confusion)
        many = len(self.confusion)
        return (together.sum(axis=(0, 1)) - np.einsum("jjab->ab", together)) / (many * (many - 1))

    def labels(self) -> Floats:
        """Share of each label, shape (labels,)."""
        return np.einsum("c,jca->a", self.prevalence, self.confusion) / len(self.confusion)

    def alpha(self, level: Level) -> float:
        """Krippendorff's α among endless items."""
        share = self.labels()
        place = np.cumsum(share) - share / 2.0 if level == "ordinal" else np.arange(len(share))
        gaps = np.subtract.outer(place, place) ** 2
        apart = (gaps > 0).astype(float) if level == "nominal" else gaps
        return float(1.0 - (self.pairs() * apart).sum() / (np.outer(share, share) * apart).sum())

    def kappa(self) -> float:
        """Cohen's κ of the first two raters among endless items."""
        own = np.einsum("c,jca->ja", self.prevalence, self.confusion)
        agreed = np.einsum("c,ca,ca->", self.prevalence, *self.confusion[:2])
        return float((agreed - own[0] @ own[1]) / (1.0 - own[0] @ own[1]))

    def ac1(self) -> float:
        """Gwet's AC1 among endless items."""
        share = self.labels()
        chance = (share * (1.0 - share)).sum() / (len(share) - 1.0)
        return float((np.trace(self.pairs()) - chance) / (1.0 - chance))


def teachers() -> Raters:
    """Five who judge 0 or 1, of unequal sensitivity and specificity; each rates three in five items."""
    recall, alarm = np.linspace(0.7, 0.95, 5), np.linspace(0.05, 0.25, 5)
    rows = np.stack([np.stack([1 - alarm, alarm], axis=-1), np.stack([1 - recall, recall], axis=-1)], axis=1)
    return Raters(np.array([0.6, 0.4]), rows, rated=0.6)


def coders() -> Raters:
    """Five who choose one of four kinds and guess three times in ten."""
    return Raters(np.array([0.4, 0.3, 0.2, 0.1]), np.tile(0.7 * np.eye(4) + 0.3 / 4, (5, 1, 1)), rated=0.8)


def graders() -> Raters:
    """Five who grade from 1 to 5, unequally severe; each grades seven in ten items."""
    felt, severity = np.linspace(-1.6, 1.6, 5), np.linspace(-0.4, 0.4, 5)
    edges = np.array([-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf])
    below = stats.norm.cdf((edges - felt[:, None] + severity[:, None, None]) / 0.7)
    return Raters(np.array([0.1, 0.2, 0.4, 0.2, 0.1]), np.diff(below, axis=2), rated=0.7)


@dataclass(frozen=True)
class IntervalTrial:
    """Intervals of a coefficient from some items.

    Attributes:
        raters: whose labels.
        items: how many.
        limits: interval of labels (items, raters).
        truth: value among endless items.
    """

    raters: Raters
    items: int
    limits: Callable[[Floats], Limits]
    truth: float

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """On which side intervals miss."""
        ends = np.empty((2, replications))
        for at in range(replications):
            ends[:, at] = self.limits(self.raters.drawn(random, self.items)[1])
        below, above = ends[0] > self.truth, ends[1] < self.truth
        return {
            ("coverage", "absolute"): ~(below | above),
            ("lower_miss", "absolute"): below,
            ("upper_miss", "absolute"): above,
            ("answered", "absolute"): np.asarray(np.isfinite(ends).all(axis=0)),
        }


@dataclass(frozen=True)
class RecallTrial:
    """Sensitivity of raters by a consensus, against the planted one.

    Attributes:
        raters: of two classes.
        items: how many.
        by_majority: whether the majority stands for the truth, as is often done.
    """

    raters: Raters
    items: int
    by_majority: bool = False

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Mean error of sensitivity over raters, and of the posterior over items."""
        error, posterior = np.empty(replications), np.empty(replications)
        for at in range(replications):
            truth, labels = self.raters.drawn(random, self.items)
            item, rater = np.nonzero(np.isfinite(labels))
            said = labels[item, rater].astype(np.int64)
            if self.by_majority:
                chance = (np.nan_to_num(np.nanmean(labels[np.unique(item)], axis=1)) > 0.5)[
                    np.searchsorted(np.unique(item), item)
                ]
                recall = np.array([said[(rater == one) & chance].mean() for one in np.unique(rater)])
                share = chance.mean()
            else:
                found = dawid_skene(item, rater, said, 2)
                recall, share = found.confusion[:, 1, 1], found.posterior[np.unique(item), 1].mean()
            error[at] = (recall - self.raters.confusion[:, 1, 1]).mean()
            posterior[at] = share - truth[np.unique(item)].mean()
        return {("sensitivity_error", "absolute"): error, ("prevalence_error", "absolute"): posterior}


def _of_alpha(level: Level) -> Callable[[Floats], Limits]:
    def limits(labels: Floats) -> Limits:
        found = alpha_interval(labels, level, 1.0 - ALPHA)
        return found.low, found.high

    return limits


def _of_kappa(labels: Floats) -> Limits:
    found = cohen_kappa(labels[:, 0], labels[:, 1], 1.0 - ALPHA)
    return found.low, found.high


def _of_ac1(labels: Floats) -> Limits:
    found = gwet_ac1(labels, 1.0 - ALPHA)
    return found.low, found.high


def cells() -> Iterator[Cell]:
    """α on three levels and of two sizes, κ, AC1, and sensitivity by consensus beside the majority's."""
    targets = coverage("absolute", with_tails=False)
    worlds: tuple[tuple[str, Level, Raters], ...] = (
        ("binary, missing", "nominal", teachers()),
        ("four labels", "nominal", coders()),
        ("five grades", "ordinal", graders()),
    )
    for design, level, raters in worlds:
        for sample, items in (("small", 60), ("large", 300)):
            trial = IntervalTrial(raters, items, _of_alpha(level), raters.alpha(level))
            note = f"{items} items, 5 raters, {raters.rated:.0%} rated; α {trial.truth:.2f}"
            yield Cell(
                "krippendorff_alpha",
                level,
                design,
                sample,
                trial.simulate,
                targets,
                note,
                effort=0.5,
                block=250,
            )
    pair = Raters(teachers().prevalence, teachers().confusion[[1, 3]])
    for method, raters, limits, truth in (
        ("cohen_kappa", pair, _of_kappa, pair.kappa()),
        ("gwet_ac1", teachers(), _of_ac1, teachers().ac1()),
    ):
        for sample, items in (("small", 60), ("large", 300)):
            trial, note = IntervalTrial(raters, items, limits, truth), f"{items} items; planted {truth:.2f}"
            yield Cell(
                method, "nominal", "binary", sample, trial.simulate, targets, note, effort=0.5, block=250
            )
    errors = tuple(
        Target(name, "absolute", RECALL, average) for name in ("sensitivity_error", "prevalence_error")
    )
    note = "600 items, 5 raters, 60% rated; mean error over raters and over items"
    trial = RecallTrial(teachers(), 600)
    yield Cell(
        "dawid_skene", "nominal", "binary", "large", trial.simulate, errors, note, effort=0.05, block=50
    )
    foil = RecallTrial(teachers(), 600, by_majority=True)
    last = Cell("majority_vote", "nominal", "binary", "large", foil.simulate, errors, effort=0.05, block=50)
    yield last.shown_failing(f"foil: raters judged by a majority that they are part of; {note}")
