"""Numbers that know how they depend on what they were computed from: forward differentiation.

A formula written once over duals gives its value and its gradient, and with the covariance of its inputs the
standard error of the result (the delta method) without a derivative written by hand.

Source: Griewank and Walther (2008), Evaluating derivatives, chapter 3.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Dual:
    """A number, or an array of them, with its gradient.

    Attributes:
        value: shape (...).
        gradient: derivatives by p inputs, shape (..., p).
    """

    value: Floats
    gradient: Floats

    @classmethod
    def inputs(cls, values: Floats) -> list["Dual"]:
        """The p inputs, from their values of shape (..., p)."""
        directions = np.eye(values.shape[-1])
        return [
            cls(values[..., at], np.broadcast_to(direction, values.shape))
            for at, direction in enumerate(directions)
        ]

    def __add__(self, other: Self) -> "Dual":
        return Dual(self.value + other.value, self.gradient + other.gradient)

    def __sub__(self, other: Self) -> "Dual":
        return Dual(self.value - other.value, self.gradient - other.gradient)

    def __mul__(self, other: Self) -> "Dual":
        slope = self.value[..., None] * other.gradient + other.value[..., None] * self.gradient
        return Dual(self.value * other.value, slope)

    def __truediv__(self, other: Self) -> "Dual":
        """Not a number where the divisor is zero."""
        below = np.where(other.value == 0.0, np.nan, other.value)
        quotient = self.value / below
        slope = (self.gradient - quotient[..., None] * other.gradient) / below[..., None]
        return Dual(quotient, slope)

    def halved(self) -> "Dual":
        return Dual(self.value / 2.0, self.gradient / 2.0)

    def where(self, condition: NDArray[np.bool_], other: "Dual") -> "Dual":
        """This where a condition of shape (...) holds, the other elsewhere."""
        return Dual(
            np.where(condition, self.value, other.value),
            np.where(condition[..., None], self.gradient, other.gradient),
        )

    def standard_error(self, covariance: Floats) -> Floats:
        """By the delta method, from the inputs' covariance, shape (..., p, p)."""
        variance = np.einsum("...i,...ij,...j->...", self.gradient, covariance, self.gradient)
        return np.sqrt(np.maximum(variance, 0.0))
