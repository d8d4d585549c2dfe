"""Estimates that are means of contributions, one from each unit, and their intervals."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics_platform.stats.uplift.trial import Floats


@dataclass(frozen=True)
class Estimate:
    """An estimate with a normal interval; arrays of the same shape (...).

    Attributes:
        value: in units of the outcome, unless said otherwise.
        standard_error: in the same unit.
        low: lower end of the interval.
        high: upper end of the interval.
    """

    value: Floats
    standard_error: Floats
    low: Floats
    high: Floats

    @classmethod
    def normal(cls, value: Floats, standard_error: Floats, alpha: float) -> "Estimate":
        """The estimate of a given standard error, with the interval of level 1 − alpha."""
        reach = special.ndtri(1 - alpha / 2) * standard_error
        return cls(value, standard_error, value - reach, value + reach)


def mean(contributions: Floats, alpha: float = 0.05) -> Estimate:
    """The mean of contributions (..., n), n ≥ 2, over their last axis; the interval has level 1 − alpha."""
    error = contributions.std(axis=-1, ddof=1) / np.sqrt(contributions.shape[-1])
    return Estimate.normal(contributions.mean(axis=-1), error, alpha)
