"""Effects where whole clusters are randomised, such as classrooms.

Units inside a cluster are alike, so that a test of units is far too sure. Here the clusters are the
sample: a mean of units is a ratio of cluster totals.

Sources: Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics; Bell and McCaffrey
(2002), Bias reduction in standard errors for linear regression with multi-stage samples; Cameron, Gelbach
and Miller (2008), Bootstrap-based improvements for inference with clustered errors; MacKinnon, Nielsen and
Webb (2023), Cluster-robust inference: a guide to empirical practice.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.adjustment import adjusted
from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.means import arm_means, satterthwaite
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.ratios import linearised

Floats = NDArray[np.float64]

# Six-point weights of Webb (2023): enough distinct draws even for a handful of clusters.
WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


def cluster_means(control: Moments, treatment: Moments) -> ArmMeans:
    """Ratios of totals over clusters, by the delta method, with G − 2 degrees of freedom at most.

    Where arms hold unequal numbers of clusters, the smaller one rules the error: Satterthwaite's degrees of
    freedom are then far fewer (3 and not 38 with 4 and 36 clusters).

    Args:
        control: moments over clusters of [y, k, covariates…], where k counts units or denominators.
        treatment: the same in the treatment arm.
    """
    linear = linearised(control), linearised(treatment)
    has_covariates = control.variables > 2
    arms = adjusted(*linear) if has_covariates else arm_means(*linear)
    most = control.n + treatment.n - 2.0 - 2.0 * (control.variables - 2)
    return replace(arms, degrees_of_freedom=_at_most(arms.degrees_of_freedom, most))


def jackknife(control: Floats, treatment: Floats) -> ArmMeans:
    """Ratios of totals with the variance of leaving out one cluster at a time (CRV3).

    More careful than the delta method where clusters are few or of unequal size.

    Args:
        control: (y, k) of each control cluster, shape (..., clusters, 2).
        treatment: the same in the treatment arm.
    """
    ratios, variances = zip(*(_left_out(arm) for arm in (control, treatment)), strict=True)
    counts = [
        np.full(ratio.shape, float(arm.shape[-2]))
        for ratio, arm in zip(ratios, (control, treatment), strict=True)
    ]
    freedom = satterthwaite(variances[0], counts[0] - 1.0, variances[1], counts[1] - 1.0)
    return ArmMeans(
        control=ratios[0],
        treatment=ratios[1],
        control_variance=variances[0],
        treatment_variance=variances[1],
        covariance=np.zeros_like(ratios[0]),
        degrees_of_freedom=_at_most(freedom, counts[0] + counts[1] - 2.0),
        control_units=counts[0],
        treatment_units=counts[1],
    )


def wild_bootstrap(
    control: Floats, treatment: Floats, random: np.random.Generator, draws: int = 999
) -> Floats:
    """P-value of no difference by the wild cluster bootstrap with the null imposed, shape (...).

    Residuals from the common ratio are flipped cluster by cluster with Webb's weights; the statistic is
    studentised by the jackknife, which holds its size down to about ten clusters.

    Args:
        control: (y, k) of each control cluster, shape (..., clusters, 2).
        treatment: the same in the treatment arm.
        random: source of the weights.
        draws: how many bootstrap samples; one less than a multiple of 20 makes a 5 % test exact.
    """
    both = np.concatenate([control, treatment], axis=-2)
    sizes = both[..., 1]
    common = both[..., 0].sum(axis=-1, keepdims=True) / sizes.sum(axis=-1, keepdims=True)
    residuals = both[..., 0] - common * sizes
    observed = np.abs(_studentised(control, treatment))
    beyond = np.zeros(observed.shape)
    split = control.shape[-2]
    for _ in range(draws):
        weights = WEBB[random.integers(len(WEBB), size=residuals.shape)]
        drawn = np.stack([common * sizes + weights * residuals, sizes], axis=-1)
        beyond += np.abs(_studentised(drawn[..., :split, :], drawn[..., split:, :])) >= observed
    return np.where(np.isfinite(observed), (1.0 + beyond) / (1.0 + draws), np.nan)


def intraclass_correlation(sizes: Floats, means: Floats, within: Floats) -> float:
    """Share of the variance of units that lies between clusters (one-way ANOVA estimator).

    Args:
        sizes: units of each cluster, shape (clusters,).
        means: mean of each cluster.
        within: sum of squared deviations from the cluster's mean, of each cluster.

    Source: Donner and Koval (1980), The estimation of intraclass correlation in the analysis of family data.
    """
    units, clusters = sizes.sum(), len(sizes)
    if clusters < 2 or units <= clusters:
        return float("nan")
    grand = (sizes * means).sum() / units
    between_mean_square = (sizes * (means - grand) ** 2).sum() / (clusters - 1)
    within_mean_square = within.sum() / (units - clusters)
    typical = (units - (sizes**2).sum() / units) / (clusters - 1)
    below = between_mean_square + (typical - 1.0) * within_mean_square
    return float((between_mean_square - within_mean_square) / below) if below > 0.0 else float("nan")


def _at_most(freedom: Floats, most: Floats) -> Floats:
    return np.where(most > 0.0, np.minimum(freedom, most), np.nan)


def _left_out(arm: Floats) -> tuple[Floats, Floats]:
    """Ratio of totals, and its jackknife variance."""
    clusters = arm.shape[-2]
    totals = arm.sum(axis=-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (totals[..., 0] / totals[..., 1])[..., 0]
        without = (totals[..., 0] - arm[..., 0]) / (totals[..., 1] - arm[..., 1])
    variance = (clusters - 1.0) / max(clusters, 1) * ((without - ratio[..., None]) ** 2).sum(axis=-1)
    return ratio, variance if clusters > 1 else np.full(ratio.shape, np.nan)


def _studentised(control: Floats, treatment: Floats) -> Floats:
    arms = jackknife(control, treatment)
    error = np.sqrt(arms.difference_variance)
    return np.where(error > 0.0, (arms.treatment - arms.control) / np.where(error > 0.0, error, 1.0), np.nan)


def clustered_slope(y: Floats, design: Floats, clusters: NDArray) -> tuple[float, float]:
    """Coefficient of the second column by least squares, and its cluster-robust standard error (CR1).

    Args:
        y: outcomes, shape (n,).
        design: regressors, an intercept first, shape (n, k).
        clusters: cluster of each row, shape (n,).

    Source: Liang and Zeger (1986), Longitudinal data analysis using generalized linear models.
    """
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ y
    names, places = np.unique(clusters, return_inverse=True)
    scores = np.zeros((len(names), design.shape[1]))
    np.add.at(scores, places, design * (y - design @ coefficients)[:, None])
    groups, (rows, columns) = len(names), design.shape
    correction = groups / (groups - 1.0) * (rows - 1.0) / (rows - columns)
    variance = correction * inverse @ (scores.T @ scores) @ inverse
    return float(coefficients[1]), float(np.sqrt(max(variance[1, 1], 0.0)))
