"""How far an observed share may lie from its nominal value before a method counts as wrong.

The bands are those at 10,000 replications: there, a method that is exactly right leaves a cell's band about
once in a hundred. A thousand quantities would raise ten false alarms; so a cell outside its band is repeated
with four times the replications against the *same* band, which chance then leaves once in a million, and
a method that is clearly outside does not re-enter; one at the very edge does half the time. The column
`replications` tells which cells were judged again.
"""

from dataclasses import dataclass, replace
from math import sqrt

FULL_REPLICATIONS = 10_000
QUICK_REPLICATIONS = 1_000

ERRORS_ALLOWED = 2.576
"""Monte Carlo standard errors in a band; two in three of the bands' widths at 10,000 are just these."""

AGAIN = 4
"""Times the replications of a cell that lies outside its band at first."""


@dataclass(frozen=True)
class Band:
    """What a quantity should be and the limits within which it counts as right.

    Attributes:
        nominal: the value promised, as a share unless the quantity says otherwise.
        low: lower limit at 10,000 replications.
        high: upper limit at 10,000 replications.
        spread: standard deviation of one replication; None: of a share, √(p(1 − p)). Zero: nothing is random.
    """

    nominal: float
    low: float
    high: float
    spread: float | None = None

    def at(self, replications: int) -> "Band":
        """The same band for fewer replications, wider by the growth of the Monte Carlo error alone.

        Args:
            replications: how many there are; from 10,000 on nothing changes.
        """
        growth = max(self.error(replications) - self.error(FULL_REPLICATIONS), 0.0) * ERRORS_ALLOWED
        return replace(self, low=self.low - growth, high=self.high + growth)

    def error(self, replications: int) -> float:
        """Monte Carlo standard error of the nominal value."""
        spread = sqrt(self.nominal * (1.0 - self.nominal)) if self.spread is None else self.spread
        return spread / sqrt(replications)

    def holds(self, observed: float) -> bool:
        """Whether a value lies inside; NaN never does."""
        return self.low <= observed <= self.high


FALSE_POSITIVES = Band(0.05, 0.0445, 0.0557)
COVERAGE = Band(0.95, 0.944, 0.956)
TAIL = Band(0.025, 0.021, 0.029)
UNIFORMITY = Band(0.5, 0.001, 1.0, spread=0.0)
"""P-value of a Kolmogorov–Smirnov test that p-values under no effect are uniform."""
EXACT = Band(0.0, 0.0, 1e-12, spread=0.0)
"""Largest relative difference of two ways to compute the same."""
ANSWERED = Band(1.0, 0.99, 1.0, spread=0.0)
"""Share of intervals that have both ends."""
CLUSTERS = Band(0.05, 0.04, 0.06)
"""False positives where a handful of clusters is all the sample there is."""


def at_most(nominal: float, limit: float) -> Band:
    """A rate that may be lower than promised but not higher than the limit."""
    return Band(nominal, 0.0, limit)


def one_sided(band: Band) -> Band:
    """The same promise, which may be kept too well: more coverage or fewer misses are no fault."""
    return replace(band, high=1.0) if band.nominal > 0.5 else replace(band, low=0.0)


def about(nominal: float, tolerance: float, spread: float | None = None) -> Band:
    """A value that may differ by a tolerance on both sides."""
    return Band(nominal, nominal - tolerance, nominal + tolerance, spread)


FEW_LABELS = Band(0.95, 0.94, 0.96)
"""Shares of 50 labels take few values, so that no interval covers 95 % exactly."""
AT_LEAST = Band(0.95, 0.944, 1.0)
"""Coverage of intervals that promise no less than they say."""
FALSE_ALARMS = Band(1.0, 0.0, 1.0, spread=1.0)
"""False alarms a year."""
FOUND = Band(0.95, 0.9, 1.0)
"""Share of planted steps found in time."""
