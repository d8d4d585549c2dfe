"""Means of two independent arms.

Source: Welch (1947), The generalization of Student's problem when several different population variances
are involved.
"""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.moments import Moments

Floats = NDArray[np.float64]


def arm_means(control: Moments, treatment: Moments) -> ArmMeans:
    """The means of variable 0 in two arms that may vary differently.

    Args:
        control: moments of the control arm, shape (...).
        treatment: moments of the treatment arm, shape (...).
    """
    control_variance, treatment_variance = squared_error(control), squared_error(treatment)
    return ArmMeans(
        control=control.mean[..., 0],
        treatment=treatment.mean[..., 0],
        control_variance=control_variance,
        treatment_variance=treatment_variance,
        covariance=np.zeros_like(control_variance),
        degrees_of_freedom=satterthwaite(
            control_variance, control.n - 1.0, treatment_variance, treatment.n - 1.0
        ),
        control_units=control.n,
        treatment_units=treatment.n,
    )


def squared_error(moments: Moments) -> Floats:
    """Squared standard error of the mean of variable 0, shape (...); NaN below two units."""
    return moments.covariance[..., 0, 0] / np.maximum(moments.n, 1.0)


def satterthwaite(one: Floats, one_freedom: Floats, other: Floats, other_freedom: Floats) -> Floats:
    """Degrees of freedom of a sum of two independent variances; NaN where both are zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (one + other) ** 2 / (one**2 / one_freedom + other**2 / other_freedom)
