import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.confidence_sequence import critical_values, interval, p_values


def looks(seed: int, replications: int, units: np.ndarray, lift: float = 1.0) -> ArmMeans:
    """Two exponential arms that grow unit by unit: shape (replications, looks)."""
    rng = np.random.default_rng(seed)
    half = units // 2
    totals, squares = [], []
    for scale in (1.0, lift):
        values = rng.exponential(scale, (replications, half[-1]))
        totals.append(np.cumsum(values, axis=1)[:, half - 1])
        squares.append(np.cumsum(values**2, axis=1)[:, half - 1])
    means = [total / half for total in totals]
    variances = [(square / half - mean**2) / (half - 1) for square, mean in zip(squares, means, strict=True)]
    freedom = sum(variances) ** 2 / sum(variance**2 for variance in variances) * (half - 1)
    each = np.broadcast_to(half, freedom.shape)
    return ArmMeans(*means, *variances, np.zeros_like(freedom), freedom, each, each)


def test_the_curve_is_growthbooks_mixture_boundary():
    # GrowthBook's documentation of sequential tests: half width SE·√(2(m + 1)/m·log(√(m + 1)/alpha)) at
    # m = units·mixing, where its mixing is a close approximation of the best one.
    mixture = 800 * (-2 * np.log(0.05) + np.log1p(-2 * np.log(0.05))) / 5000
    expected = np.sqrt(2 * (mixture + 1) / mixture * np.log(np.sqrt(mixture + 1) / 0.05))
    assert critical_values(800, 5000) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_interval_is_narrowest_where_it_is_tuned(alpha: float):
    tuned = np.geomspace(500, 5000, 401)
    bounds = [float(critical_values(1500, n, alpha)) for n in tuned]
    assert tuned[np.argmin(bounds)] == pytest.approx(1500, rel=0.01)
    assert min(bounds) > norm.isf(alpha / 2)


def test_at_the_tuned_size_curve_and_p_value_have_a_short_form():
    # Where the derivative of the width is zero, x = log(1 + x) − 2 log(alpha), and its square is 1 + x.
    x = brentq(lambda x: x - np.log1p(x) - 2 * np.log(20), 1, 20)
    assert critical_values(1300, 1300) == pytest.approx(np.sqrt(1 + x), rel=1e-12)
    p_value = np.sqrt(1 + x) * np.exp(-(4.0**2) * x / (1 + x) / 2)
    assert p_values(2 * norm.sf(4.0), 1300, 1300) == pytest.approx(p_value, rel=1e-9)
    assert p_values([1.0, 0.2], 1300, 1300).tolist() == [1.0, 1.0]


def test_an_interval_excludes_zero_exactly_where_p_is_below_alpha():
    arms = looks(1, 300, np.arange(20, 1001, 20), lift=1.5)
    for is_relative in (False, True):
        found = interval(arms, 500, is_relative=is_relative)
        is_bounded = np.isfinite(found.low)
        np.testing.assert_array_equal((found.low > 0)[is_bounded], (found.p_value <= 0.05)[is_bounded])


def test_a_look_every_twenty_units_misses_at_most_at_alpha_where_a_plain_test_does_not():
    arms = looks(2, 800, np.arange(20, 4001, 20))
    for is_relative in (False, True):
        found = interval(arms, 1000, is_relative=is_relative)
        assert ((found.low > 0) | (found.high < 0)).any(1).mean() < 0.05
    plain = np.abs(arms.treatment - arms.control) > 1.96 * np.sqrt(arms.difference_variance)
    assert plain.any(1).mean() > 0.3


def test_relative_intervals_hold_a_real_lift_at_all_looks():
    arms = looks(3, 800, np.arange(40, 4001, 20), lift=1.3)
    found = interval(arms, 2000, is_relative=True)
    assert ((found.low > 0.3) | (found.high < 0.3)).any(1).mean() < 0.05
    assert (found.low[:, -1] > 0).mean() > 0.9
