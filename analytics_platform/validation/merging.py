"""Certificates of arithmetic: moments kept day by day are those of one pass over all rows.

Belongs here: differences that are rounding alone.
"""

from collections.abc import Iterator

import numpy as np

from analytics_platform.stats.moments import Moments
from analytics_platform.validation.bands import EXACT
from analytics_platform.validation.cells import Cell, Floats, Outcomes, Target, largest

DAYS = 28
USERS_PER_DAY = 60


def simulate(random: np.random.Generator, replications: int) -> Outcomes:
    """Twenty-eight cohorts merged, and one day's late data removed and added again."""
    rows = random.lognormal(3.0, 1.0, (DAYS, replications, USERS_PER_DAY, 3))
    whole = Moments.of(np.moveaxis(rows, 0, 1).reshape(replications, -1, 3))
    merged = Moments.total(Moments.of(rows))
    late = Moments.of(rows[-1])
    return {
        ("difference", ""): difference(merged, whole),
        ("difference_after_removal", ""): difference((merged - late) + late, whole),
    }


def difference(one: Moments, other: Moments) -> Floats:
    """Largest relative difference of means and covariances, shape (...)."""
    means = np.abs(one.mean / other.mean - 1.0).max(axis=-1)
    scale = np.sqrt(np.diagonal(other.cross, axis1=-2, axis2=-1))
    crosses = np.abs(one.cross - other.cross) / (scale[..., :, None] * scale[..., None, :])
    return np.maximum(means, crosses.max(axis=(-1, -2)))


def cells() -> Iterator[Cell]:
    """One cell."""
    targets = tuple(Target(name, "", EXACT, largest) for name in ("difference", "difference_after_removal"))
    note = f"{DAYS} days of {USERS_PER_DAY} users, three variables; largest relative difference of any moment"
    yield Cell("ledger", "none", f"{DAYS} days", "large", simulate, targets, note, effort=0.2)
