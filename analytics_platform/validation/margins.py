"""Certificates of guardrails: a treatment whose loss is exactly the margin passes in 5 % of experiments.

Belongs here: non-inferiority and equivalence at the margin, relative and absolute.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics_platform.stats.margins import equivalence, non_inferiority
from analytics_platform.stats.means import arm_means
from analytics_platform.validation.cells import ALPHA, Cell, Outcomes, size
from analytics_platform.validation.planted_metrics import METRICS
from analytics_platform.validation.populations import Arm
from analytics_platform.validation.randomised import DESIGNS

MARGIN = 0.02
UNITS = {"mean": 40_000, "count": 400_000}


@dataclass(frozen=True)
class AtMargin:
    """A treatment that loses exactly the margin.

    Attributes:
        control: the control arm.
        units: of control and treatment.
        is_relative: whether the margin is a share of the control mean.
        is_equivalence: whether both sides are tested.
    """

    control: Arm
    units: tuple[int, int]
    is_relative: bool
    is_equivalence: bool = False

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Treatments passed."""
        outcome, mean = self.control.values[:, 0], float(self.control.mean[0])
        margin = MARGIN if self.is_relative else MARGIN * mean
        lost = outcome * (1.0 - MARGIN) if self.is_relative else outcome - margin
        treatment = self.control.with_outcome(lost)
        arms = arm_means(
            self.control.moments(self.control.sample(random, self.units[0], replications)),
            treatment.moments(treatment.sample(random, self.units[1], replications)),
        )
        if self.is_equivalence:
            passed = equivalence(arms, margin, is_relative=self.is_relative, alpha=ALPHA).is_equivalent
        else:
            passed = non_inferiority(arms, margin, is_relative=self.is_relative, alpha=ALPHA).is_non_inferior
        return {("false_positives", "relative" if self.is_relative else "absolute"): passed}


def cells() -> Iterator[Cell]:
    """Both tests on means and counts."""
    for kind, units in UNITS.items():
        for design, control_share in DESIGNS.items():
            arms = round(units * control_share), units - round(units * control_share)
            for is_relative in (True, False):
                effect = "relative" if is_relative else "absolute"
                for method, is_equivalence in (("non_inferiority", False), ("equivalence", True)):
                    trial = AtMargin(METRICS[kind].control, arms, is_relative, is_equivalence)
                    note = f"{arms[0]:,} and {arms[1]:,} units; the true loss is the margin, {MARGIN:.0%}"
                    targets = (size(effect),)
                    yield Cell(method, kind, f"{design}, {effect}", "large", trial.simulate, targets, note)
