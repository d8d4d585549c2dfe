"""Certificates of the sample-ratio test: quiet where shares are as planned, loud where they are not.

Belongs here: the chi-square test at one look and the sequential one at many.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from analytics_platform.stats.sample_ratio import ALARM, mismatch, sequential_p_values
from analytics_platform.validation.bands import Band, about, at_most
from analytics_platform.validation.cells import Cell, Outcomes, Target, share

UNITS = 20_000
LOOKS = 100
TOLERANCE = 0.0008
"""Of a false alarm rate of .001: what chance leaves once in a hundred at 10,000 replications."""


@dataclass(frozen=True)
class Allocation:
    """Units that arrive in variants.

    Attributes:
        planned: shares of the variants.
        actual: shares that a broken assignment gives.
        looks: how often the counts are read.
    """

    planned: tuple[float, ...]
    actual: tuple[float, ...]
    looks: int = 1

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Alarms with the planned shares and with the actual ones."""
        return {
            ("false_positives", ""): self._alarms(random, replications, self.planned),
            ("power", ""): self._alarms(random, replications, self.actual),
        }

    def expected_power(self) -> float:
        """Chance of an alarm by the noncentral chi-square law."""
        planned, actual = np.array(self.planned), np.array(self.actual)
        apart = UNITS * float(((actual - planned) ** 2 / planned).sum())
        freedom = len(planned) - 1
        return float(stats.ncx2.sf(stats.chi2.isf(ALARM, freedom), freedom, apart))

    def _alarms(
        self, random: np.random.Generator, replications: int, shares: tuple[float, ...]
    ) -> np.ndarray:
        arrived = random.multinomial(UNITS // self.looks, shares, size=(replications, self.looks))
        if self.looks == 1:
            return mismatch(arrived[:, 0], self.planned).p_value < ALARM
        return sequential_p_values(arrived.cumsum(axis=1), self.planned)[:, -1] < ALARM


def cells() -> Iterator[Cell]:
    """One look with two and three variants, and a look at every 200 units."""
    halves = Allocation((0.5, 0.5), (0.48, 0.52))
    thirds = Allocation((1 / 3, 1 / 3, 1 / 3), (0.32, 0.33, 0.35))
    for design, one in (
        ("50/50", halves),
        ("10/90", Allocation((0.1, 0.9), (0.11, 0.89))),
        ("3 variants", thirds),
    ):
        yield _cell(design, one, about(ALARM, TOLERANCE), about(one.expected_power(), 0.02))
    often = replace(halves, looks=LOOKS)
    yield _cell(f"50/50, {LOOKS} looks", often, at_most(ALARM, ALARM + TOLERANCE), Band(0.95, 0.9, 1.0))


def _cell(design: str, allocation: Allocation, level: Band, power: Band) -> Cell:
    targets = (Target("false_positives", "", level, share), Target("power", "", power, share))
    method = "sample_ratio" if allocation.looks == 1 else "sequential_sample_ratio"
    actual = "/".join(f"{part:.0%}" for part in allocation.actual)
    note = f"{UNITS:,} units, alarm at p < {ALARM}; power where the actual shares are {actual}"
    return Cell(method, "none", design, "large", allocation.simulate, targets, note)
