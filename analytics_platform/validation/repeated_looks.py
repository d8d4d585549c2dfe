"""Certificates of experiments that are looked at while they run.

Belongs here: group-sequential designs at 14 looks, confidence sequences with a look every 20 users, and
what peeking at a fixed-sample test does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.arms import ArmMeans, Interval, p_value
from analytics_platform.stats.confidence_sequence import interval as sequence_interval
from analytics_platform.stats.power import Design
from analytics_platform.stats.sequential import Spending, repeated_interval
from analytics_platform.stats.sequential import power as sequential_power
from analytics_platform.validation.bands import Band, at_most
from analytics_platform.validation.cells import ALPHA, Cell, Key, Outcomes, Target, answered, share, size
from analytics_platform.validation.planted_metrics import METRICS, PlantedMetric
from analytics_platform.validation.populations import Arm, arm, normal_points
from analytics_platform.validation.randomised import Estimate, cuped, ratio, unadjusted

LOOKS = 14
EVERY = 20
LAST = 6_000
SPENDINGS: dict[str, Spending] = {"O’Brien–Fleming": "obrien_fleming", "Pocock": "pocock"}
ANY_LOOK = Band(0.95, 0.944, 1.0)
"""Coverage at all looks together: more than promised is no fault."""


@dataclass(frozen=True)
class Looks:
    """An experiment whose data grow evenly from look to look.

    Attributes:
        metric: what is measured.
        estimate: the readout at each look.
        looks: how many there are.
        units: units of each arm that a look adds.
        spending: of alpha over a group-sequential design; None: a confidence sequence.
    """

    metric: PlantedMetric
    estimate: Estimate
    looks: int
    units: int
    spending: Spending | None = None

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """What is found at any look, without an effect and with one."""
        idle, treated = self._arms(random, replications)
        silent = self._interval(idle, is_relative=False)
        lift = self._interval(idle, is_relative=True)
        found = self._interval(treated, is_relative=False)
        power = {("power_ratio", "absolute"): _both(found.p_value, p_value(treated))}
        return {
            ("false_positives", "absolute"): np.any(silent.p_value <= ALPHA, axis=-1),
            ("false_positives", "relative"): np.any((lift.low > 0.0) | (lift.high < 0.0), axis=-1),
            **self._coverage(found, self.metric.effect, "absolute"),
            **self._coverage(self._interval(treated, is_relative=True), self.metric.lift, "relative"),
            **power,
        }

    def simulate_peeking(self, random: np.random.Generator, replications: int) -> Outcomes:
        """What a fixed-sample test finds if it is read at every look."""
        idle, _ = self._arms(random, replications)
        return {("false_positives", "absolute"): np.any(p_value(idle) <= ALPHA, axis=-1)}

    def expected_power_ratio(self) -> float:
        """Power of the design over that of one look at the end, by their formulas."""
        control, treatment = self.metric.variances
        units = 2.0 * self.units * self.looks
        design = Design(control, treatment)
        drift = self.metric.effect / float(design.standard_error(units))
        information = (np.arange(self.looks) + 1.0) / self.looks
        spending = self.spending or "obrien_fleming"
        return sequential_power(information, drift, ALPHA, spending) / float(
            design.power(self.metric.effect, units)
        )

    def _arms(self, random: np.random.Generator, replications: int) -> tuple[ArmMeans, ArmMeans]:
        """Arms at each look, shape (replications, looks), without an effect and with one."""
        control, treatment = self.metric.control, self.metric.treatment
        held, idle, treated = (
            arm.sample(random, self.units, replications * self.looks)
            .reshape(replications, self.looks, -1)
            .cumsum(axis=1)
            for arm in (control, control, treatment)
        )
        return self.estimate(control, held, control, idle), self.estimate(control, held, treatment, treated)

    def _interval(self, arms: ArmMeans, *, is_relative: bool) -> Interval:
        if self.spending is None:
            return sequence_interval(arms, self.units * self.looks, ALPHA, is_relative=is_relative)
        information = (np.arange(self.looks) + 1.0) / self.looks
        return repeated_interval(arms, information, ALPHA, self.spending, of_ratio=is_relative)

    def _coverage(self, interval: Interval, truth: float, kind: str) -> dict[Key, NDArray]:
        missed = (interval.low > truth) | (interval.high < truth)
        is_bounded = np.isfinite(interval.low[:, -1]) & np.isfinite(interval.high[:, -1])
        return {("coverage", kind): ~np.any(missed, axis=-1), ("answered", kind): is_bounded}


def ratio_of_means(values: NDArray) -> tuple[float, float]:
    """Share of the first column over that of the second, with the error of the first alone."""
    first, second = values.mean(axis=0)
    spread = float(np.std(values[:, 0] - values[:, 1] * (first / second)))
    return float(first / second), spread / float(second) / np.sqrt(len(values))


def cells() -> Iterator[Cell]:
    """Group-sequential designs, confidence sequences, and naive peeking."""
    designs: list[tuple[str, Estimate]] = [
        ("mean", unadjusted),
        ("mean", cuped),
        ("binary", unadjusted),
        ("ratio", ratio),
    ]
    for kind, estimate in designs:
        units = _units(METRICS[kind])
        for name, spending in SPENDINGS.items():
            trial = Looks(METRICS[kind], estimate, LOOKS, units, spending)
            suffix = ", adjusted" if estimate is cuped else ""
            yield _group_sequential(trial, kind, f"{LOOKS} looks, {name}{suffix}")
    yield _pocock_power()
    for kind, metric in _simple().items():
        trial = Looks(metric, unadjusted, LAST // EVERY, EVERY // 2)
        yield _sequence(trial, kind)
    peeking = Looks(METRICS["binary"], unadjusted, LOOKS, _units(METRICS["binary"]))
    note = "foil: a fixed-sample test read at every look; about 21 % expected"
    yield Cell(
        "peeking",
        "binary",
        f"{LOOKS} looks",
        "large",
        peeking.simulate_peeking,
        (size(),),
        note,
        is_shipped=False,
    )


def _group_sequential(trial: Looks, kind: str, design: str) -> Cell:
    level = at_most(ALPHA, 0.056)
    targets: tuple[Target, ...] = (size(band=level), size("relative", level))
    targets += tuple(Target("coverage", effect, ANY_LOOK, share) for effect in ("absolute", "relative"))
    targets += (answered(), answered("relative"))
    if trial.spending == "obrien_fleming" and trial.estimate is not cuped:
        band = Band(trial.expected_power_ratio(), 0.95, 1.0, spread=0.25)
        targets += (Target("power_ratio", "absolute", band, ratio_of_means),)
    note = f"{LOOKS} looks, {trial.units} units more in each arm at each; any look counts"
    return Cell("group_sequential", kind, design, "large", trial.simulate, targets, note)


def _pocock_power() -> Cell:
    """What early stops cost: Pocock-type spending leaves less alpha for the end."""
    trial = Looks(METRICS["mean"], unadjusted, LOOKS, _units(METRICS["mean"]), "pocock")
    target = Target("power_ratio", "absolute", Band(0.95, 0.95, 1.0, spread=0.25), ratio_of_means)
    note = (
        f"limit: spends early; {trial.expected_power_ratio():.0%} of the power of one look at the end is left"
    )
    design = f"{LOOKS} looks, Pocock, power"
    return Cell(
        "group_sequential", "mean", design, "large", trial.simulate, (target,), note, is_shipped=False
    )


def _sequence(trial: Looks, kind: str) -> Cell:
    level = at_most(ALPHA, ALPHA)
    targets: tuple[Target, ...] = (size(band=level), size("relative", level))
    coverage = Band(0.95, 0.95, 1.0)
    targets += tuple(Target("coverage", effect, coverage, share) for effect in ("absolute", "relative"))
    targets += (answered(), answered("relative"))
    note = f"a look every {EVERY} users up to {LAST:,}; any look counts"
    design = f"{LAST // EVERY} looks"
    return Cell("confidence_sequence", kind, design, "large", trial.simulate, targets, note, block=250)


def _simple() -> dict[str, PlantedMetric]:
    """Metrics of few kinds of units, since a confidence sequence has very many looks."""
    points = normal_points(15)
    skewed = np.exp(0.8 * points)
    chance = [0.3, 0.34]
    even = np.ones_like(points)
    done = np.array([0.0, 1.0])
    arms: dict[str, list[Arm]] = {
        "mean": [arm([level + 2.0 * points], even, points) for level in (10.0, 10.15)],
        "binary": [arm([done], np.array([1.0 - p, p]), done) for p in chance],
        "heavy_tail": [arm([skewed * scale], even, points) for scale in (1.0, 1.05)],
    }
    return {kind: PlantedMetric(control, treatment, {}) for kind, (control, treatment) in arms.items()}


def _units(metric: PlantedMetric) -> int:
    """Units that each look adds to each arm, for a power of 80 % with one look at the end."""
    design = Design(*metric.variances)
    return ceil(design.required_units(metric.effect, 0.8) / (2 * LOOKS))


def _both(sequential: NDArray, fixed: NDArray) -> NDArray:
    """Whether an effect was found at any look, and by one look at the end, shape (replications, 2)."""
    return np.stack([np.any(sequential <= ALPHA, axis=-1), fixed[:, -1] <= ALPHA], axis=-1)
