"""Life tables: how likely something ends at an age, from histories that are still going on.

Hazards by age (Kaplan and Meier 1958): nobody counts as surviving an age that they have not reached, so that
young cohorts pull nothing down.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.series import Values

Counts = NDArray[np.int64]

NEVER = 10**9
"""End, in day numbers, of what has not ended."""

TINY = 1e-3


@dataclass(frozen=True)
class Hazards:
    """Ends and people at risk by age in days.

    Attributes:
        ends: shape (ages,).
        at_risk: shape (ages,).
    """

    ends: Values
    at_risk: Values

    @property
    def chances(self) -> Values:
        """Chance to end at an age, of those who reach it."""
        return self.ends / np.maximum(self.at_risk, TINY)

    def cyclic(self, days: int, enough: float) -> "Hazards":
        """Ages that fewer reach than `enough` take the totals of their day of a cycle, over all cycles."""
        day = np.arange(len(self.ends)) % days
        ends, at_risk = (np.bincount(day, counts, days)[day] for counts in (self.ends, self.at_risk))
        is_thin = self.at_risk < enough
        return Hazards(np.where(is_thin, ends, self.ends), np.where(is_thin, at_risk, self.at_risk))


@dataclass(frozen=True)
class Lives:
    """Histories by day numbers.

    Attributes:
        starts: day each began, shape (lives,).
        ends: day each ended; `NEVER` where it did not.
        users: how many people each stands for.
    """

    starts: Counts
    ends: Counts
    users: Counts

    def between(self, days: Counts, after: int, until: int) -> int:
        """People whose day, a start or an end, lies after one day and not after another."""
        return int(self.users[(days > after) & (days <= until)].sum())

    def open_by_age(self, as_of: int, size: int) -> Counts:
        """People whose history went on after a day, by their age then; those of all ages below `size`."""
        age = as_of - self.starts
        is_open = (self.starts <= as_of) & (self.ends > as_of) & (age < size)
        return np.bincount(age[is_open], self.users[is_open], size).astype(np.int64)

    def hazards(self, as_of: int, size: int) -> Hazards:
        """Hazards by age below `size`, as they were known on a day."""
        is_known = self.starts <= as_of
        starts, ends = self.starts[is_known], self.ends[is_known]
        weights = self.users[is_known].astype(float)
        has_ended = ends <= as_of
        age = np.minimum(np.minimum(ends, as_of) - starts, size - 1)
        # An end beyond the ages told apart is none; an age is at risk only once its day was seen.
        is_end = has_ended & (ends - starts < size)
        left = np.bincount(age, weights, size)
        ends_by_age = np.bincount(age[is_end], weights[is_end], size).astype(np.float64)
        return Hazards(ends_by_age, left[::-1].cumsum()[::-1])
