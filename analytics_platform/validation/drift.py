"""Certificates of drift alarms: false alarms a year of quiet series, and steps found within days.

Belongs here: flagged shares by day, quiet or with a planted step. Does not: the detector (`stats.drift`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics_platform.stats.drift import LEARNED, YEAR, detect, shares
from analytics_platform.validation.bands import FALSE_ALARMS, FOUND
from analytics_platform.validation.cells import Cell, Floats, Outcomes, Target, average, share

BASE = 0.2
HISTORY = 140


@dataclass(frozen=True)
class Series:
    """A flagged share by day.

    Attributes:
        outputs: scored a day, on average.
        between: standard deviation of the day's chance, beyond chance within the day.
        weekend: added on two days of seven.
        bend: amplitude of a wave a year long.
    """

    outputs: int
    between: float = 0.0
    weekend: float = 0.0
    bend: float = 0.0

    def chances(self, random: np.random.Generator, days: int) -> Floats:
        """Of a flag, by day."""
        day = np.arange(days)
        steady = BASE + self.weekend * (day % 7 > 4) + self.bend * np.sin(2 * np.pi * day / YEAR)
        return np.clip(steady + random.normal(0.0, self.between, days), 0.0, 1.0)


@dataclass(frozen=True)
class QuietTrial:
    """Years without any change."""

    series: Series

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """False alarms of each year."""
        days, alarms = LEARNED + YEAR, np.empty(replications)
        for at in range(replications):
            scored = random.poisson(self.series.outputs, days)
            flagged = random.binomial(scored, self.series.chances(random, days))
            daily = shares(np.arange(days), flagged, scored)
            found = detect(daily.days, daily.values, daily.errors, daily.outputs)
            alarms[at] = sum(day.is_alarm for day in found)
        return {("false_alarms", "absolute"): alarms}


@dataclass(frozen=True)
class StepTrial:
    """A silent regression after a quiet time.

    Attributes:
        series: before.
        after: chance of a flag after it, on top of weekdays.
        within: days to find it.
    """

    series: Series
    after: float
    within: int

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Whether each step is found in time."""
        days, is_found = HISTORY + self.within, np.empty(replications, bool)
        for at in range(replications):
            chance = self.series.chances(random, days) + (self.after - BASE) * (np.arange(days) >= HISTORY)
            scored = random.poisson(self.series.outputs, days)
            daily = shares(np.arange(days), random.binomial(scored, np.clip(chance, 0, 1)), scored)
            found = detect(daily.days, daily.values, daily.errors, daily.outputs, since=HISTORY)
            is_found[at] = any(day.is_alarm and day.direction == "up" for day in found)
        return {(f"found_in_{self.within}_days", "absolute"): is_found}


def cells() -> Iterator[Cell]:
    """Quiet years of five kinds, then steps of several sizes."""
    quiet = {
        "1,000 a day": Series(1_000),
        "150 a day": Series(150),
        "1,000 a day, over-dispersed": Series(1_000, between=0.015),
        "1,000 a day, week and bend": Series(1_000, weekend=0.04, bend=0.02),
    }
    for design, series in quiet.items():
        target = Target("false_alarms", "absolute", FALSE_ALARMS, average)
        note = "a quiet year, one false alarm a year allowed"
        trial = QuietTrial(series)
        yield Cell("drift", "daily", design, "large", trial.simulate, (target,), note, effort=0.008, block=10)
    for outputs, after, within in ((1_000, 0.24, 3), (1_000, 0.26, 3), (1_000, 0.28, 3), (150, 0.28, 7)):
        yield _step_cell(Series(outputs), after, within)
    yield _step_cell(Series(1_000, between=0.01, weekend=0.04), 0.28, 3)
    foil = _step_cell(Series(150), 0.28, 3)
    yield foil.shown_failing("with 150 outputs a day, eight points take a week: two days' noise is as large")


def _step_cell(series: Series, after: float, within: int) -> Cell:
    target = Target(f"found_in_{within}_days", "absolute", FOUND, share)
    kind = ", over-dispersed with weekdays" if series.between else ""
    design = f"{series.outputs:,} a day{kind}, {BASE:.0%} to {after:.0%} in {within} days"
    trial = StepTrial(series, after, within)
    note = f"after {HISTORY} quiet days"
    return Cell("drift", "daily", design, "large", trial.simulate, (target,), note, effort=0.1, block=100)
