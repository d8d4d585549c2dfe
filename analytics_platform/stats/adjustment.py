"""Less variance from what was known before: regression adjustment (CUPED) with a slope for each arm.

Sources: Deng, Xu, Kohavi and Walker (2013), Improving the sensitivity of online controlled experiments by
utilizing pre-experiment data; Lin (2013), Agnostic notes on regression adjustments to experimental data.
"""

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.means import satterthwaite
from analytics_platform.stats.moments import Moments

Floats = NDArray[np.float64]

# Covariates that others explain to this share carry no information of their own.
COLLINEAR = 1e-10


def adjusted(control: Moments, treatment: Moments) -> ArmMeans:
    """Means of variable 0 as if both arms had the same covariates, those of all units together.

    Each arm has slopes of its own, which never loses precision, unlike one common slope, where arms are of
    unequal size and effects vary. The common mean of the covariates is itself estimated: where the slopes
    differ that adds to the variance, as (θ₁ − θ₀)ᵀ Σ (θ₁ − θ₀) / n.

    Args:
        control: moments of [y, covariates…], shape (...).
        treatment: the same in the treatment arm.
    """
    pooled = control + treatment
    center = pooled.mean[..., 1:]
    spread = pooled.covariance[..., 1:, 1:] / pooled.n[..., None, None]
    fits = [_fit(arm, center) for arm in (control, treatment)]
    means, slopes, residuals, freedoms = zip(*fits, strict=True)
    shared = [_quadratic(slopes[a], spread, slopes[b]) for a, b in ((0, 0), (1, 1), (0, 1))]
    return ArmMeans(
        control=means[0],
        treatment=means[1],
        control_variance=residuals[0] + shared[0],
        treatment_variance=residuals[1] + shared[1],
        covariance=shared[2],
        degrees_of_freedom=satterthwaite(residuals[0], freedoms[0], residuals[1], freedoms[1]),
        control_units=control.n,
        treatment_units=treatment.n,
    )


def variance_reduction(plain: ArmMeans, with_covariates: ArmMeans) -> Floats:
    """Share of the effect's variance that covariates removed, shape (...)."""
    before = plain.difference_variance
    return np.where(
        before > 0.0, 1.0 - with_covariates.difference_variance / np.where(before > 0, before, 1), 0.0
    )


def _fit(arm: Moments, center: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Adjusted mean, slopes, squared error of the residuals' mean, degrees of freedom."""
    within, beside = arm.cross[..., 1:, 1:], arm.cross[..., 1:, 0]
    inverse, rank = _inverse(within)
    slopes = (inverse @ beside[..., None])[..., 0]
    explained = (slopes * beside).sum(axis=-1)
    freedom = arm.n - 1.0 - rank
    left = np.maximum(arm.cross[..., 0, 0] - explained, 0.0)
    apart = arm.mean[..., 1:] - center
    mean = arm.mean[..., 0] - (slopes * apart).sum(axis=-1)
    # The slopes are estimated too: their error times how far this arm's covariates lie from the center.
    leverage = 1.0 / np.maximum(arm.n, 1.0) + _quadratic(apart, inverse, apart)
    squared = np.where(freedom > 0.0, left / np.where(freedom > 0.0, freedom, 1.0), np.nan)
    return mean, slopes, squared * leverage, np.where(freedom > 0.0, freedom, np.nan)


def _inverse(matrix: Floats) -> tuple[Floats, Floats]:
    """Pseudo-inverse of positive matrices whatever the units of their variables, and their ranks."""
    scale = np.sqrt(np.diagonal(matrix, axis1=-2, axis2=-1))
    scale = np.where(scale > 0.0, scale, 1.0)
    both = scale[..., :, None] * scale[..., None, :]
    values, vectors = np.linalg.eigh(matrix / both)
    kept = values > COLLINEAR
    weights = np.where(kept, 1.0 / np.where(kept, values, 1.0), 0.0)
    inverse = (vectors * weights[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    return inverse / both, kept.sum(axis=-1).astype(np.float64)


def _quadratic(one: Floats, matrix: Floats, other: Floats) -> Floats:
    return np.einsum("...i,...ij,...j->...", one, matrix, other)
