"""Plans and samples for tests of readouts: small, made of known numbers."""

import numpy as np
from numpy.typing import ArrayLike

from analytics_platform.experiments.plan import Goal, Plan
from analytics_platform.experiments.sample import Sample
from analytics_platform.stats.histogram import Histogram
from analytics_platform.stats.moments import Moments

PRIMARY = Goal("spend", "Spend", purpose="primary")


def plan(*goals: Goal, **changes: object) -> Plan:
    """A finished test with one treatment, and a primary metric unless goals are given."""
    settings = {"shares": {"control": 0.5, "treatment": 0.5}, "days": 28, **changes}
    return Plan("test", goals=goals or (PRIMARY,), **settings)  # pyright: ignore[reportArgumentType]


def sample(y: ArrayLike, k: ArrayLike | None = None, *covariates: ArrayLike, **details: object) -> Sample:
    """An arm from its units' values."""
    values = np.asarray(y, float)
    below = np.ones_like(values) if k is None else np.asarray(k, float)
    rows = np.column_stack([values, below, *(np.asarray(x, float) for x in covariates)])
    return Sample(Moments.of(rows), **details)  # pyright: ignore[reportArgumentType]


def summed(units: float, total: float, squares: float) -> Sample:
    """An arm from its count, sum and sum of squares."""
    mean = total / units
    cross = np.zeros((2, 2))
    cross[0, 0] = squares - units * mean**2
    return Sample(Moments(np.array(units), np.array([mean, 1.0]), cross))


def shares(successes: int, units: int) -> Sample:
    """An arm of a proportion."""
    return sample(np.repeat([1.0, 0.0], [successes, units - successes]))


def drawn(seed: int, units: int, lift: float = 0.0) -> Sample:
    """Skewed values that their past predicts well, with a histogram and two strata."""
    random = np.random.default_rng(seed)
    before = random.gamma(2.0, 5.0, units)
    y = before * (1.0 + lift) + random.gamma(2.0, 1.0, units)
    stratum = random.integers(0, 2, units)
    rows = np.column_stack([y, np.ones(units)])
    strata = {str(name): Moments.of(rows[stratum == name]) for name in (0, 1)}
    return sample(y, None, before, strata=strata, histogram=Histogram.of(y), values=y)


def clusters(seed: int, count: int, lift: float = 0.0) -> Sample:
    """Classes of 10 to 30 that differ from one another."""
    random = np.random.default_rng(seed)
    sizes = random.integers(10, 31, count)
    totals = np.array(
        [random.normal(10.0 * (1 + lift) + random.normal(0, 2), 3.0, size).sum() for size in sizes]
    )
    return sample(totals, sizes, clusters=np.column_stack([totals, sizes]).astype(float))
