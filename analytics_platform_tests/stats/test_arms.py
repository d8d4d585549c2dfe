import numpy as np
import pytest
from scipy import stats

from analytics_platform.stats import arms
from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.stats.samples import covers, is_near

RANDOM = np.random.default_rng(11)


def pair(control: float, treatment: float, control_error: float, treatment_error: float) -> ArmMeans:
    values = (control, treatment, control_error**2, treatment_error**2, 0.0, 1e9, 1e9, 1e9)
    return ArmMeans(*(np.array(value) for value in values))


def of_sums(units: int, total: float, squares: float) -> Moments:
    mean = total / units
    return Moments(np.array(float(units)), np.array([mean]), np.array([[squares - units * mean**2]]))


def test_growthbook_vector_of_a_difference():
    """GrowthBook, packages/stats/tests: units, sum and sum of squares of A and B; the absolute effect."""
    found = arms.absolute(arm_means(of_sums(3407, 1396.87, 52377.9767), of_sums(3461, 2422.7, 134698.29)))
    assert found.estimate == pytest.approx(0.29, abs=1e-5)
    assert (found.low, found.high) == pytest.approx((0.04538, 0.53462), abs=2e-5)
    assert found.p_value == pytest.approx(0.02016, abs=1e-5)


def test_the_lift_and_the_difference_are_significant_together():
    rows = RANDOM.normal(0.5, 1.0, size=(2000, 30, 1)), RANDOM.normal(0.9, 2.0, size=(2000, 40, 1))
    both = arm_means(Moments.of(rows[0]), Moments.of(rows[1]))
    lift, difference = arms.relative(both), arms.absolute(both)
    np.testing.assert_array_equal(lift.p_value, difference.p_value)
    known = np.isfinite(lift.low)
    assert 0.5 < known.mean() < 1.0
    np.testing.assert_array_equal(
        (lift.low > 0.0)[known] | (lift.high < 0.0)[known], (difference.p_value < 0.05)[known]
    )


def test_ends_of_a_lift_are_the_ratios_that_a_t_test_just_bears():
    """Second implementation: Fieller's interval by scanning for t = critical."""
    both = pair(2.0, 2.5, 0.3, 0.2)
    found = arms.relative(both)
    for end in (float(found.low), float(found.high)):
        ratio = 1.0 + end
        t = (2.5 - ratio * 2.0) / np.sqrt(0.2**2 + ratio**2 * 0.3**2)
        assert abs(t) == pytest.approx(stats.norm.ppf(0.975), rel=1e-6)


@pytest.mark.parametrize("noise", [0.1, 0.2], ids=["SE 10 % of the mean", "SE 20 % of the mean"])
def test_both_tails_of_a_lift_miss_alike_where_the_delta_method_does_not(noise: float):
    replications = 40_000
    control = RANDOM.normal(1.0, noise, replications)
    treatment = RANDOM.normal(1.2, noise, replications)
    both = pair(0.0, 0.0, noise, noise)
    both = ArmMeans(control, treatment, *(np.full(replications, value) for value in
                    (both.control_variance, both.treatment_variance, 0.0, 1e9, 1e9, 1e9)))  # fmt: skip
    found = arms.relative(both)
    assert is_near(float((found.low > 0.2).mean()), 0.025, replications)
    assert is_near(float((found.high < 0.2).mean()), 0.025, replications)
    reach = stats.norm.ppf(0.975) * found.standard_error
    assert not is_near(covers(found.estimate - np.inf, found.estimate + reach, 0.2), 0.975, replications)


@pytest.mark.parametrize(
    ("both", "is_relative", "words"),
    [
        (pair(1.0, 2.0, 0.1, 0.1), True, None),
        (pair(1.0, 2.0, 0.0, 0.0), False, "zero variance"),
        (pair(0.0, 2.0, 0.1, 0.1), True, "the control mean is 0"),
        (pair(-1.0, 2.0, 0.1, 0.1), True, "the control mean is -1"),
        (pair(-1.0, 2.0, 0.1, 0.1), False, None),
        (pair(0.1, 2.0, 0.1, 0.1), True, "cannot be told from zero"),
        (pair(float("nan"), 2.0, 0.1, 0.1), False, "no observation to divide by"),
    ],
    ids=["fine", "constant", "zero", "negative", "negative, absolute", "noisy control", "empty ratio"],
)
def test_what_cannot_be_estimated_is_said_in_words(both: ArmMeans, is_relative: bool, words: str | None):
    found = arms.why_not(both, is_relative=is_relative)
    assert (found is None) if words is None else (words in str(found))


@pytest.mark.parametrize(
    ("control", "words"), [([], "no unit"), ([[1.0]], "one unit only")], ids=["none", "one"]
)
def test_an_arm_without_units_is_named(control: list[list[float]], words: str):
    rows = np.reshape(np.array(control), (-1, 1))
    both = arm_means(Moments.of(rows), Moments.of([[1.0], [2.0]]))
    assert f"the control arm has {words}" in str(arms.why_not(both))
    assert np.isnan(arms.absolute(both).low)


def test_too_few_clusters_for_a_standard_error_are_named():
    few = pair(1.0, 2.0, 0.1, 0.1)
    few = ArmMeans(**{**vars(few), "degrees_of_freedom": np.array(np.nan)})
    assert "too few units" in str(arms.why_not(few))


def test_no_spread_gives_no_interval_for_a_lift():
    assert np.isnan(arms.relative(pair(1.0, 2.0, 0.0, 0.0)).low)
    assert np.isnan(arms.statistic(pair(1.0, 2.0, 0.0, 0.0)))
