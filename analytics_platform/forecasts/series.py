"""A daily series as every method takes it: unbroken days, and the scale on which it is modelled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

TRAINING_DAYS = 3 * 365
"""Older days are left out: they cost time, and what was long ago misleads."""

Values = NDArray[np.float64]
"""One number a day; not a number where the day is not known."""


@dataclass(frozen=True)
class Series:
    """Values of consecutive days.

    Attributes:
        first_day: day of the first value.
        values: shape (days,), in the metric's unit; not a number where a day is not known.
    """

    first_day: date
    values: Values

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def of(cls, days: Iterable[date], values: Iterable[float | None]) -> "Series":
        """The series of values that may lack days, in any order; it opens and ends with a known one.

        Raises:
            ValueError: no value is known.
        """
        known = {
            day: float(value)
            for day, value in zip(days, values, strict=True)
            if value is not None and np.isfinite(value)
        }
        if not known:
            raise ValueError("no value is known")
        first, last = min(known), max(known)
        span = (last - first).days + 1
        return cls(
            first, np.array([known.get(first + timedelta(days=at), np.nan) for at in range(span)], float)
        )

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=len(self) - 1)

    @property
    def known(self) -> int:
        """Days with a value."""
        return int(np.isfinite(self.values).sum())

    def days(self, ahead: int = 0) -> Sequence[date]:
        """The days of the values, and so many after them."""
        return [self.first_day + timedelta(days=at) for at in range(len(self) + ahead)]

    def until(self, size: int) -> "Series":
        """The first so many days."""
        return Series(self.first_day, self.values[:size])

    def trimmed(self) -> "Series":
        """Without the unknown days at its end."""
        return self.until(int(np.flatnonzero(np.isfinite(self.values))[-1]) + 1)

    def newest(self, size: int) -> "Series":
        """The last so many days; all, where there are fewer."""
        left_out = max(0, len(self) - size)
        return Series(self.first_day + timedelta(days=left_out), self.values[left_out:])


@dataclass(frozen=True)
class Scale:
    """The logarithmic scale on which a series is modelled, where effects multiply and nothing is below zero.

    Attributes:
        offset: added before the logarithm: 0 for positive values, the smallest positive one where there are
            zeros (1 for small counts, which gives log1p).
        is_log: whether there is a logarithm at all; a series with negative values is modelled as it is.
    """

    offset: float = 0.0
    is_log: bool = True

    @classmethod
    def of(cls, values: Values) -> "Scale":
        """The scale that suits values; those not known count for nothing."""
        known = values[np.isfinite(values)]
        if known.size and known.min() < 0:
            return cls(is_log=False)
        positive = known[known > 0]
        if known.size == positive.size or not positive.size:
            return cls(offset=0.0 if positive.size else 1.0)
        return cls(offset=float(positive.min()))

    def model(self, values: Values) -> Values:
        """Values as they are modelled."""
        return np.log(values + self.offset) if self.is_log else values

    def original(self, modelled: Values) -> Values:
        """Modelled values in the unit of the series; never below zero on the logarithmic scale."""
        if not self.is_log:
            return modelled
        # An exponent that no float can hold would be a warning, and a forecast that nobody can use.
        return np.maximum(np.exp(np.minimum(modelled, 700.0)) - self.offset, 0.0)


def filled(values: Values) -> Values:
    """Values with the unknown ones on the straight line between their neighbours."""
    is_known = np.isfinite(values)
    if is_known.all():
        return values
    places = np.arange(len(values))
    return np.interp(places, places[is_known], values[is_known])
