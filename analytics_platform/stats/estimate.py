"""A number with its interval and what it rests on, the result of every measure of raters and judges."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """An estimate and its confidence interval.

    Attributes:
        estimate: the value; NaN where it is not defined, as sensitivity without positives.
        low: lower limit; NaN without one.
        high: upper limit; NaN without one.
        n: observations that it rests on.
    """

    estimate: float
    low: float
    high: float
    n: int
