"""Certificates of relative lifts where the control mean is itself uncertain.

Belongs here: Fieller's interval at a control mean known to 10 % and to 20 %, and the delta method that
other platforms use, which puts all its misses on one side.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics_platform.stats.arms import ArmMeans, relative
from analytics_platform.stats.means import arm_means
from analytics_platform.validation.cells import ALPHA, Cell, Floats, Outcomes, Target, coverage, missed
from analytics_platform.validation.populations import Arm, arm, normal_points

UNITS = 400
LIFT = 0.1


@dataclass(frozen=True)
class NoisyLift:
    """A normal outcome with mean 1 whose sample mean has a given standard error.

    Attributes:
        control_error: standard error of the control mean, as a share of it.
        by_delta: whether the interval is the delta method's.
    """

    control_error: float
    by_delta: bool = False

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Intervals of the planted lift."""
        control, treatment = self._arm(1.0), self._arm(1.0 + LIFT)
        arms = arm_means(
            control.moments(control.sample(random, UNITS, replications)),
            treatment.moments(treatment.sample(random, UNITS, replications)),
        )
        if not self.by_delta:
            return missed(relative(arms, ALPHA), LIFT, "relative")
        low, high = delta_interval(arms)
        return {("lower_miss", "relative"): low > LIFT, ("upper_miss", "relative"): high < LIFT}

    def _arm(self, mean: float) -> Arm:
        points = normal_points(99)
        values = mean + self.control_error * np.sqrt(UNITS) * points
        return arm([values], np.ones_like(points), points)


def delta_interval(arms: ArmMeans) -> tuple[Floats, Floats]:
    """The interval of the lift by the delta method, as if the control mean were nearly certain."""
    lift = relative(arms, ALPHA)
    reach = -special.ndtri(ALPHA / 2.0) * lift.standard_error
    return lift.estimate - reach, lift.estimate + reach


def cells() -> Iterator[Cell]:
    """Fieller at both uncertainties, and the delta method at the larger one."""
    for error in (0.1, 0.2):
        yield _cell("unadjusted", NoisyLift(error), coverage("relative"))
    tails = tuple(target for target in coverage("relative") if target.quantity.endswith("_miss"))
    yield _cell("delta_method_lift", NoisyLift(0.2, by_delta=True), tails).shown_failing(
        "foil: a symmetric interval of a ratio; about 0 % expected below and 5.1 % above"
    )


def _cell(method: str, lift: NoisyLift, targets: tuple[Target, ...]) -> Cell:
    design = f"50/50, control known to {lift.control_error:.0%}"
    note = f"{UNITS} units in each arm, standard error of the control mean {lift.control_error:.0%} of it"
    return Cell(method, "mean", design, "small", lift.simulate, targets, note)
