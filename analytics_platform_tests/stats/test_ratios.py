import numpy as np
import pytest

from analytics_platform.stats import arms
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.ratios import linearised
from analytics_platform_tests.stats.samples import covers, is_near

RANDOM = np.random.default_rng(8)


def rows(replications: int, units: int, rate: float) -> np.ndarray:
    sessions = 1.0 + RANDOM.poisson(3.0, size=(replications, units))
    depth = RANDOM.gamma(4.0, rate / 4.0, size=(replications, units))
    uses = RANDOM.poisson(sessions * depth).astype(float)
    return np.stack([uses, sessions], axis=-1)


def test_the_mean_is_the_ratio_and_the_variance_that_of_the_delta_method():
    sample = rows(1, 400, 2.0)[0]
    found = linearised(Moments.of(sample))
    y, k = sample.T
    ratio = y.sum() / k.sum()
    by_hand = (y.var(ddof=1) - 2 * ratio * np.cov(y, k)[0, 1] + ratio**2 * k.var(ddof=1)) / k.mean() ** 2
    assert found.mean[0] == pytest.approx(ratio)
    assert found.covariance[0, 0] == pytest.approx(by_hand)


def test_covariates_keep_their_own_moments_and_gain_those_with_the_ratio():
    sample = rows(1, 200, 2.0)[0]
    covariate = RANDOM.normal(size=(200, 1))
    found = linearised(Moments.of(np.concatenate([sample, covariate], axis=1)))
    ratio = sample[:, 0].sum() / sample[:, 1].sum()
    unit = (sample[:, 0] - ratio * sample[:, 1]) / sample[:, 1].mean()
    assert found.covariance[0, 1] == pytest.approx(np.cov(unit, covariate[:, 0])[0, 1])
    assert found.mean[1] == pytest.approx(covariate.mean())


def test_intervals_of_a_difference_of_ratios_cover_at_their_level():
    replications = 4000
    arms_rows = [linearised(Moments.of(rows(replications, 300, rate))) for rate in (2.0, 2.2)]
    found = arms.absolute(arm_means(*arms_rows))
    assert is_near(covers(found.low, found.high, 0.2), 0.95, replications)


def test_a_denominator_of_zero_is_no_ratio():
    nothing = linearised(Moments.of(np.array([[1.0, 0.0], [2.0, 0.0]])))
    assert np.isnan(nothing.mean[0])
