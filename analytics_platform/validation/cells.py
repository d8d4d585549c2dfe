"""A cell of the certificate matrix: one method on one kind of data, simulated with a known truth.

Belongs here: what a cell is, and the quantities that an interval or a test is judged by. Does not: data
(`populations`, and the modules named after what they certify), running (`runner`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.stats.arms import ArmMeans, Interval, absolute, p_value, relative
from analytics_platform.validation.bands import ANSWERED, COVERAGE, FALSE_POSITIVES, TAIL, UNIFORMITY, Band

Floats = NDArray[np.float64]
Key = tuple[str, str]
Outcomes = Mapping[Key, NDArray]
"""By (quantity, effect kind): a value for each replication, shape (replications,)."""

Simulation = Callable[[np.random.Generator, int], Outcomes]
"""Draws data and calls the method under test, for so many replications at once."""

ALPHA = 0.05


@dataclass(frozen=True)
class Target:
    """A quantity of a cell and its band.

    Attributes:
        quantity: what is observed, such as `coverage`.
        effect_kind: `absolute`, `relative` or empty where that makes no difference.
        band: what it should be.
        summary: the observed value from those of all replications, and its Monte Carlo error.
    """

    quantity: str
    effect_kind: str
    band: Band
    summary: Callable[[NDArray], tuple[float, float]]


@dataclass(frozen=True)
class Cell:
    """One method on one kind of data.

    Attributes:
        method: as in the readouts, such as `cuped`.
        metric_kind: mean, binary, count, heavy_tail, ratio, quantile, clustered or none.
        design: shares of the arms or number of clusters, such as `10/90` or `G=20`.
        sample: `small` or `large`.
        simulate: see `Simulation`.
        targets: what is judged.
        note: sizes and whatever else a reader should know.
        is_shipped: false for a method that is shown failing.
        effort: share of a run's replications that this cell takes; below 1 for costly methods.
        block: replications drawn at once, which bounds memory.
    """

    method: str
    metric_kind: str
    design: str
    sample: str
    simulate: Simulation
    targets: tuple[Target, ...]
    note: str = ""
    is_shipped: bool = True
    effort: float = 1.0
    block: int = 500

    @property
    def name(self) -> str:
        """What tells the cell from all others."""
        return f"{self.method}/{self.metric_kind}/{self.design}/{self.sample}"

    def shown_failing(self, note: str) -> "Cell":
        """The cell as a warning: its quantities are expected outside their bands."""
        return replace(self, is_shipped=False, note=note)


def share(values: NDArray) -> tuple[float, float]:
    """Share of replications in which something happened."""
    observed = float(np.mean(values))
    return observed, float(np.sqrt(observed * (1.0 - observed) / len(values)))


def average(values: NDArray) -> tuple[float, float]:
    """Mean over replications."""
    return float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))


def largest(values: NDArray) -> tuple[float, float]:
    """Largest over replications; nothing random is meant."""
    return float(np.max(values)), 0.0


def uniformity(values: NDArray) -> tuple[float, float]:
    """P-value of the Kolmogorov–Smirnov test against the uniform law, of the p-values that there are."""
    given = values[np.isfinite(values)]
    return (float(stats.kstest(given, "uniform").pvalue) if given.size else float("nan")), 0.0


def size(effect_kind: str = "absolute", band: Band = FALSE_POSITIVES) -> Target:
    """False positives at 5 %."""
    return Target("false_positives", effect_kind, band, share)


def uniform(effect_kind: str = "absolute") -> Target:
    """P-values uniform where there is no effect."""
    return Target("uniformity", effect_kind, UNIFORMITY, uniformity)


def power(band: Band) -> Target:
    """Share of planted effects found."""
    return Target("power", "absolute", band, share)


def coverage(effect_kind: str, *, with_tails: bool = True) -> tuple[Target, ...]:
    """Coverage of the truth, and misses on either side."""
    tails = [Target(name, effect_kind, TAIL, share) for name in ("lower_miss", "upper_miss")]
    targets = (Target("coverage", effect_kind, COVERAGE, share), answered(effect_kind))
    return (*targets, *(tails if with_tails else ()))


def answered(effect_kind: str = "absolute") -> Target:
    """Share of replications with an interval: a method that never answers would never miss either."""
    return Target("answered", effect_kind, ANSWERED, share)


def null_outcomes(arms: ArmMeans) -> dict[Key, NDArray]:
    """What a test does where there is no effect: by p-value, and by the interval of the lift."""
    lift = relative(arms, ALPHA)
    return {
        ("false_positives", "absolute"): p_value(arms) <= ALPHA,
        ("false_positives", "relative"): (lift.low > 0.0) | (lift.high < 0.0),
        ("uniformity", "absolute"): p_value(arms),
    }


def planted_outcomes(arms: ArmMeans, effect: float, lift: float) -> dict[Key, NDArray]:
    """What intervals do around a planted effect.

    Args:
        arms: estimates, each of shape (replications,).
        effect: the planted difference of the means.
        lift: the planted difference as a share of the control mean.
    """
    return {
        **missed(absolute(arms, ALPHA), effect, "absolute"),
        **missed(relative(arms, ALPHA), lift, "relative"),
        ("power", "absolute"): p_value(arms) <= ALPHA,
    }


def missed(interval: Interval, truth: Floats | float, effect_kind: str) -> dict[Key, NDArray]:
    """On which side intervals miss a truth; one without bounds misses nothing."""
    below, above = interval.low > truth, interval.high < truth
    return {
        ("coverage", effect_kind): ~(below | above),
        ("lower_miss", effect_kind): below,
        ("upper_miss", effect_kind): above,
        ("answered", effect_kind): np.isfinite(interval.low) & np.isfinite(interval.high),
    }
