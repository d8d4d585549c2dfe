"""Means weighted to common shares of strata.

Source: Miratrix, Sekhon and Yu (2013), Adjusting treatment effect estimates by post-stratification in
randomized experiments.
"""

import numpy as np

from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.means import satterthwaite, squared_error
from analytics_platform.stats.moments import Moments


def post_stratified(control: Moments, treatment: Moments) -> ArmMeans:
    """Means of variable 0 as if both arms had the strata's shares among all units.

    The shares are estimated from the same units, which adds the spread of the strata's means to the
    variance. A stratum with fewer than two units in an arm gives NaN: join it with another before.

    Args:
        control: moments by stratum, shape (strata, ...).
        treatment: the same in the treatment arm.
    """
    units = control.n + treatment.n
    total = units.sum(axis=0)
    shares = units / total
    means = [(shares * arm.mean[..., 0]).sum(axis=0) for arm in (control, treatment)]
    errors = [shares**2 * squared_error(arm) for arm in (control, treatment)]
    within = [error.sum(axis=0) for error in errors]
    apart = [arm.mean[..., 0] - mean for arm, mean in zip((control, treatment), means, strict=True)]
    shared = [(shares * apart[a] * apart[b]).sum(axis=0) / total for a, b in ((0, 0), (1, 1), (0, 1))]
    freedoms = [
        satterthwaite_of(error, arm.n - 1.0) for error, arm in zip(errors, (control, treatment), strict=True)
    ]
    return ArmMeans(
        control=means[0],
        treatment=means[1],
        control_variance=within[0] + shared[0],
        treatment_variance=within[1] + shared[1],
        covariance=shared[2],
        degrees_of_freedom=satterthwaite(within[0], freedoms[0], within[1], freedoms[1]),
        control_units=control.n.sum(axis=0),
        treatment_units=treatment.n.sum(axis=0),
    )


def satterthwaite_of(errors: np.ndarray, freedoms: np.ndarray) -> np.ndarray:
    """Degrees of freedom of a sum of independent variances along the first axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return errors.sum(axis=0) ** 2 / (errors**2 / freedoms).sum(axis=0)
