"""Certificates of survival: Kaplan–Meier intervals and the log-rank test under staggered beginnings.

Belongs here: lives with a planted curve, whose watch ends by the calendar. Does not: the estimates (`stats`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.survival import kaplan_meier, log_rank
from analytics_platform.validation.cells import (
    ALPHA,
    Cell,
    Floats,
    Outcomes,
    coverage,
    size,
    uniform,
)

DAYS = 60
"""Watched of whoever began first; others began evenly over as many days."""

EARLY, SHAPE = 0.35, 0.6
"""The planted curve, S(t) = exp(−0.35 t^0.6): most leave early, as users do."""

SILENCE = 28
READ_AT = 28


def planted() -> Floats:
    """S on each day from 0 on, up to the last on which anyone is seen."""
    return np.exp(-EARLY * np.arange(DAYS + SILENCE + 1.0) ** SHAPE)


@dataclass(frozen=True)
class CurveTrial:
    """One group of people and its curve on a day.

    Attributes:
        people: how many.
        by_last_visit: whether those not lost are dropped at their last visit instead of by the calendar.
    """

    people: int
    by_last_visit: bool = False

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Intervals of survival on a day, against the planted curve."""
        ends = np.empty((2, replications))
        for at in range(replications):
            curve = kaplan_meier(*drawn(random, self.people, by_last_visit=self.by_last_visit), ALPHA)
            ends[:, at] = curve.low[READ_AT], curve.high[READ_AT]
        below, above = ends[0] > planted()[READ_AT], ends[1] < planted()[READ_AT]
        return {
            ("coverage", "absolute"): ~(below | above),
            ("lower_miss", "absolute"): below,
            ("upper_miss", "absolute"): above,
            ("answered", "absolute"): np.asarray(np.isfinite(ends).all(axis=0)),
        }


@dataclass(frozen=True)
class GroupsTrial:
    """Groups of one curve, which a test should not tell apart.

    Attributes:
        people: in each group.
    """

    people: tuple[int, ...]

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """P-values of the log-rank test."""
        found = np.empty(replications)
        for at in range(replications):
            parts = [drawn(random, people) for people in self.people]
            found[at] = log_rank(*(np.stack(side) for side in zip(*parts, strict=True))).p_value
        return {("false_positives", "absolute"): found <= ALPHA, ("uniformity", "absolute"): found}


def drawn(
    random: np.random.Generator, people: int, *, by_last_visit: bool = False
) -> tuple[NDArray, NDArray]:
    """People by day of silence, and by the last day known of the others, each of shape (days,).

    A day is known when the silence that may begin on it was watched through, 28 days later.
    """
    curve = planted()
    began = np.where(np.arange(len(curve)) <= DAYS, 1.0 / (DAYS + 1), 0.0)
    still_known = np.flip(np.cumsum(np.flip(began)))
    lost = np.append(0.0, -np.diff(curve))
    kept = _last_visits(began, lost, curve) if by_last_visit else began * curve
    cells = random.multinomial(people, np.append(lost * still_known, kept))
    return cells[: len(curve)], cells[len(curve) :]


def _last_visits(began: Floats, lost: Floats, curve: Floats) -> Floats:
    """Chances of the last visit's day, of those whose silence is not known: some have left already."""
    days = np.zeros(len(curve))
    for known in range(DAYS + 1):
        unknown = slice(known + 1, known + SILENCE + 1)
        days[known : known + SILENCE] += began[known] * lost[unknown]
        days[known + SILENCE] += began[known] * curve[known + SILENCE]
    return days


def cells() -> Iterator[Cell]:
    """Curves of two sizes, the false censoring beside them, and tests of two and of five groups."""
    note = f"people begin evenly over {DAYS} days, S(t) = exp(−{EARLY} t^{SHAPE}), read on day {READ_AT}"
    targets = coverage("absolute")
    for sample, people in (("small", 300), ("large", 3_000)):
        trial = CurveTrial(people)
        yield Cell(
            "kaplan_meier", "survival", "staggered", sample, trial.simulate, targets, f"{people:,} {note}"
        )
    foil = CurveTrial(3_000, by_last_visit=True)
    last = Cell("kaplan_meier", "survival", "staggered, last visit", "large", foil.simulate, targets)
    yield last.shown_failing(f"censored at the last visit, those who stay are watched longer; 3,000 {note}")
    for design, groups in (("50/50", (1_000, 1_000)), ("5 groups", (200, 400, 600, 800, 1_000))):
        yield Cell(
            "log_rank",
            "survival",
            design,
            "large",
            GroupsTrial(groups).simulate,
            (size(), uniform()),
            f"groups of {' and '.join(f'{people:,}' for people in groups)} {note}",
        )
