"""Certificates of a judge beside human labels: shares, differences and quantiles, and measures of the judge.

Belongs here: answers with a planted truth, and judges of known worth. Does not: the estimates (`stats`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics_platform.stats.calibration import expected_calibration_error
from analytics_platform.stats.classification import auroc, sensitivity
from analytics_platform.stats.estimate import Estimate
from analytics_platform.stats.ppi import (
    PPI,
    Judged,
    labels_only,
    naive,
    ppi_difference,
    ppi_mean,
    ppi_quantile,
)
from analytics_platform.validation.bands import AT_LEAST, FEW_LABELS, Band
from analytics_platform.validation.cells import Cell, Floats, Outcomes, Target, answered, share

OTHERS = 1_000
"""Answers judged without a label."""

JUDGES = {"good": (0.8, 0.1), "useless": (0.3, 0.3), "opposite": (0.2, 0.6)}
"""Share of unsupported answers that a judge flags, and of the others."""

DRAWS = 300


@dataclass(frozen=True)
class Trial:
    """Intervals drawn again and again around one truth.

    Attributes:
        interval: draws data and estimates.
        truth: what the interval should hold.
    """

    interval: Callable[[np.random.Generator], Estimate | PPI]
    truth: float

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Whether each interval holds the truth, and whether there is one."""
        found = [self.interval(random) for _ in range(replications)]
        low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
        return {
            ("coverage", "absolute"): ~((low > self.truth) | (high < self.truth)),
            ("answered", "absolute"): np.isfinite(low) & np.isfinite(high),
        }

    def cell(self, method: str, kind: str, design: str, sample: str, band: Band, effort: float) -> Cell:
        """The trial as a cell; its truth is its note."""
        targets = (Target("coverage", "absolute", band, share), answered())
        note = f"truth {self.truth:.3g}"
        return Cell(method, kind, design, sample, self.simulate, targets, note, effort=effort, block=100)


def judged(random: np.random.Generator, cases: int, prevalence: float, judge: str) -> tuple[Floats, Floats]:
    """Truths and verdicts, 1 is unsupported, each of shape (cases,)."""
    truth = random.random(cases) < prevalence
    caught, false_alarms = JUDGES[judge]
    return truth.astype(float), (random.random(cases) < np.where(truth, caught, false_alarms)).astype(float)


def cells() -> Iterator[Cell]:
    """Shares by size, prevalence and judge; then differences, quantiles, and measures of the judge."""
    for labels in (50, 100, 400):
        sample = "small" if labels < 400 else "large"
        for prevalence in (0.1, 0.3, 0.68):
            for judge in JUDGES:
                trial = Trial(_ppi(labels, prevalence, judge), prevalence)
                design = f"{labels} labels, {judge} judge, {prevalence:.0%}"
                yield trial.cell("ppi", "binary", design, sample, FEW_LABELS, 0.3)
            trial = Trial(_labels_only(labels, prevalence), prevalence)
            yield trial.cell(
                "labels_only", "binary", f"{labels} labels, {prevalence:.0%}", sample, FEW_LABELS, 0.3
            )
    foil = Trial(_naive, 0.3).cell("naive_share", "binary", "good judge, 30%", "large", FEW_LABELS, 0.3)
    yield foil.shown_failing(
        "the judge flags 31 % where 30 % are unsupported by its own errors of 20 and 10 %"
    )
    yield Trial(_difference, 0.1).cell(
        "ppi_difference", "binary", "100 labels each", "small", FEW_LABELS, 0.3
    )
    for q in (0.5, 0.9):
        trial = Trial(_quantile(q), float(-np.log(1 - q)))
        yield trial.cell("ppi_quantile", "quantile", f"150 labels, q = {q}", "small", FEW_LABELS, 0.08)
    yield from _measures()


def _measures() -> Iterator[Cell]:
    for cases, area in ((60, 0.8), (400, 0.62), (400, 0.95)):
        sample = "small" if cases < 400 else "large"
        yield Trial(_area(cases, area), area).cell(
            "auroc", "binary", f"{cases} cases, area {area}", sample, FEW_LABELS, 0.3
        )
    yield Trial(_sensitivity, 0.8).cell("sensitivity", "binary", "200 cases", "small", FEW_LABELS, 0.3)
    for cases, shift in ((200, 0.0), (200, 0.1), (1_000, 0.1)):
        sample = "small" if cases < 400 else "large"
        yield Trial(_calibration_error(cases, shift), shift).cell(
            "calibration_error", "binary", f"{cases:,} cases, {shift:.0%} off", sample, AT_LEAST, 0.05
        )


def _ppi(labels: int, prevalence: float, judge: str) -> Callable[[np.random.Generator], PPI]:
    def interval(random: np.random.Generator) -> PPI:
        truth, verdict = judged(random, labels + OTHERS, prevalence, judge)
        return ppi_mean(truth[:labels], verdict[:labels], verdict[labels:])

    return interval


def _labels_only(labels: int, prevalence: float) -> Callable[[np.random.Generator], Estimate]:
    return lambda random: labels_only((random.random(labels) < prevalence).astype(float))


def _naive(random: np.random.Generator) -> Estimate:
    _, verdict = judged(random, 100 + 20 * OTHERS, 0.3, "good")
    return naive(verdict[:100], verdict[100:])


def _difference(random: np.random.Generator) -> Estimate:
    before, after = (
        Judged(truth[:100], verdict[:100], verdict[100:])
        for truth, verdict in (judged(random, 100 + OTHERS, chance, "good") for chance in (0.2, 0.3))
    )
    return ppi_difference(before, after)


def _quantile(q: float) -> Callable[[np.random.Generator], PPI]:
    def interval(random: np.random.Generator) -> PPI:
        truth = random.exponential(size=150 + OTHERS)
        judge = truth + random.normal(0.0, 0.5, len(truth))
        return ppi_quantile(truth[:150], judge[:150], judge[150:], q)

    return interval


def _area(cases: int, area: float) -> Callable[[np.random.Generator], Estimate]:
    def interval(random: np.random.Generator) -> Estimate:
        truth = random.random(cases) < 0.3
        return auroc(truth, random.normal(size=cases) + 2**0.5 * ndtri(area) * truth)

    return interval


def _sensitivity(random: np.random.Generator) -> Estimate:
    truth, verdict = judged(random, 200, 0.3, "good")
    return sensitivity(truth, verdict)


def _calibration_error(cases: int, shift: float) -> Callable[[np.random.Generator], Estimate]:
    def interval(random: np.random.Generator) -> Estimate:
        probability: NDArray = random.uniform(0.1, 0.8, cases)
        truth = random.random(cases) < probability + shift
        return expected_calibration_error(truth, probability, draws=DRAWS)

    return interval
