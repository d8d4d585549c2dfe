import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans

from analytics_platform.stats import arms
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.stats.samples import is_near

RANDOM = np.random.default_rng(3)


def test_it_is_the_test_of_welch_as_scipy_and_statsmodels_have_it():
    control, treatment = RANDOM.gamma(2.0, size=35), RANDOM.gamma(3.0, size=12)
    found = arms.absolute(arm_means(Moments.of(control[:, None]), Moments.of(treatment[:, None])), 0.1)
    scipy = stats.ttest_ind(treatment, control, equal_var=False)
    assert found.p_value == pytest.approx(scipy.pvalue)
    interval = scipy.confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    other = CompareMeans.from_data(treatment, control).tconfint_diff(alpha=0.1, usevar="unequal")
    assert (found.low, found.high) == pytest.approx(other)


def test_equal_arms_differ_in_one_test_of_twenty_even_where_sizes_and_spreads_differ():
    replications = 20_000
    control = Moments.of(RANDOM.normal(0.0, 1.0, size=(replications, 8, 1)))
    treatment = Moments.of(RANDOM.normal(0.0, 3.0, size=(replications, 20, 1)))
    found = arms.absolute(arm_means(control, treatment))
    assert is_near(float((found.p_value < 0.05).mean()), 0.05, replications)
