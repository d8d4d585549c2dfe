"""Certificates of quantiles: from rows, from the mergeable histogram, and over clusters.

Belongs here: medians and 90th percentiles of a lognormal outcome, whose quantiles are known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics_platform.stats.histogram import GROWTH, Histogram
from analytics_platform.stats.quantiles import (
    Quantile,
    arm_quantiles,
    from_clusters,
    from_histogram,
    from_rows,
)
from analytics_platform.validation.bands import CLUSTERS
from analytics_platform.validation.cells import (
    Cell,
    Floats,
    Outcomes,
    coverage,
    null_outcomes,
    planted_outcomes,
    size,
    uniform,
)

LIFT = 0.1
SPREAD = 1.0
CLUSTER_SIZE = 25
CLUSTER_SHARE = 0.15
LIMIT = "20 control units lie beyond the quantile, and their spread leans; more units or equal arms"

Estimate = Callable[[Floats, float], Quantile]
"""A quantile from values, shape (replications, units)."""


def rows(values: Floats, level: float) -> Quantile:
    """From the sorted rows."""
    return from_rows(np.sort(values, axis=-1), level)


def clustered(values: Floats, level: float) -> Quantile:
    """From rows in clusters of equal size, one after another."""
    return from_clusters(values, np.arange(values.shape[-1]) // CLUSTER_SIZE, level)


@dataclass(frozen=True)
class QuantileTrial:
    """A lognormal outcome, scaled by the treatment.

    Attributes:
        level: which quantile.
        estimate: how it is found.
        control_units: units in the control arm.
        treatment_units: units in the treatment arm.
    """

    level: float
    estimate: Estimate
    control_units: int
    treatment_units: int

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Quantiles of a control arm, beside a treatment without effect and one with it."""
        held = self.estimate(self._draw(random, (replications, self.control_units)), self.level)
        values = self._draw(random, (replications, self.treatment_units))
        idle = self.estimate(values, self.level)
        treated = self.estimate(values * (1.0 + LIFT), self.level)
        truth = _truth(self.level)
        return {
            **null_outcomes(arm_quantiles(held, idle)),
            **planted_outcomes(arm_quantiles(held, treated), LIFT * truth, LIFT),
        }

    def _draw(self, random: np.random.Generator, shape: tuple[int, int]) -> Floats:
        if self.estimate is not clustered:
            return np.exp(SPREAD * random.standard_normal(shape))
        own = random.standard_normal(shape)
        shared = np.repeat(
            random.standard_normal((shape[0], shape[1] // CLUSTER_SIZE)), CLUSTER_SIZE, axis=-1
        )
        return np.exp(SPREAD * (np.sqrt(CLUSTER_SHARE) * shared + np.sqrt(1.0 - CLUSTER_SHARE) * own))


@dataclass(frozen=True)
class HistogramTrial:
    """The same outcome by the bins that the ledger keeps, where users are many.

    Attributes:
        level: which quantile.
        control_units: units in the control arm.
        treatment_units: units in the treatment arm.
    """

    level: float
    control_units: int
    treatment_units: int

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """As `QuantileTrial.simulate`."""
        held = self._draw(random, self.control_units, replications, 1.0)
        idle = self._draw(random, self.treatment_units, replications, 1.0)
        treated = self._draw(random, self.treatment_units, replications, 1.0 + LIFT)
        truth = _truth(self.level)
        return {
            **null_outcomes(arm_quantiles(held, idle)),
            **planted_outcomes(arm_quantiles(held, treated), LIFT * truth, LIFT),
        }

    def _draw(self, random: np.random.Generator, units: int, replications: int, scale: float) -> Quantile:
        """Units by bin are multinomial; inside a bin of 1 % they are as even as the histogram takes them."""
        bins = np.arange(-460, 480)
        low, high = GROWTH**bins, GROWTH ** (bins + 1.0)
        chances = np.diff(special.ndtr(np.log(np.append(low, high[-1]) / scale) / SPREAD))
        counts = random.multinomial(units, chances / chances.sum(), size=replications).astype(np.float64)
        middle = (low + high) / 2.0
        squares = middle**2 + (high - low) ** 2 / 12.0
        return from_histogram(Histogram(bins, counts, counts * middle, counts * squares), self.level)


def cells() -> Iterator[Cell]:
    """Two quantiles × two allocations from rows and from histograms; rows of clusters."""
    for level in (0.5, 0.9):
        name = f"p{level * 100:.0f}"
        for sample, units in (("small", 1_000), ("large", 5_000)):
            yield _cell(f"50/50, {name}", sample, QuantileTrial(level, rows, units, units))
        for design, units in (("50/50", (50_000, 50_000)), ("10/90", (50_000, 450_000))):
            yield _cell(f"{design}, {name}, histogram", "large", HistogramTrial(level, *units))
    yield _cell("10/90, p50, histogram", "small", HistogramTrial(0.5, 5_000, 45_000))
    few = _cell("10/90, p90", "small", QuantileTrial(0.9, rows, 200, 1_800))
    yield few.shown_failing(f"limit: {LIMIT}; {few.note}")
    yield _cell("G=100, p50", "small", QuantileTrial(0.5, clustered, 50 * CLUSTER_SIZE, 50 * CLUSTER_SIZE))


def _cell(design: str, sample: str, trial: QuantileTrial | HistogramTrial) -> Cell:
    targets = (size(), size("relative"), uniform(), *coverage("absolute"), *coverage("relative"))
    if isinstance(trial, QuantileTrial) and trial.estimate is clustered:
        targets = (size(band=CLUSTERS), size("relative", CLUSTERS))
    note = f"lognormal outcome, {trial.control_units:,} and {trial.treatment_units:,} units"
    return Cell("quantile", "quantile", design, sample, trial.simulate, targets, note, block=250)


def _truth(level: float) -> float:
    return float(np.exp(SPREAD * special.ndtri(level)))
