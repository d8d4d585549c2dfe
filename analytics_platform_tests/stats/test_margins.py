import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_ind

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans, absolute, relative
from analytics_platform.stats.margins import equivalence, non_inferiority
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments


def arms(control: np.ndarray, treatment: np.ndarray) -> ArmMeans:
    return arm_means(Moments.of(control[..., None]), Moments.of(treatment[..., None]))


@pytest.fixture
def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(10, 2, 60), rng.normal(9.9, 3, 90)


def test_absolute_margins_agree_with_statsmodels(samples: tuple[np.ndarray, np.ndarray]):
    control, treatment = samples
    two_sided, falls, rises = ttost_ind(treatment, control, -0.8, 0.8, usevar="unequal")
    tests = [
        non_inferiority(arms(*samples), 0.8, is_relative=False, higher_is_better=up) for up in (True, False)
    ]
    np.testing.assert_allclose([test.p_value for test in tests], [falls[1], rises[1]], rtol=1e-12)
    assert equivalence(arms(*samples), 0.8, is_relative=False).p_value == pytest.approx(two_sided, rel=1e-12)


@pytest.mark.parametrize("higher_is_better", [True, False], ids=["up", "down"])
def test_a_relative_margin_passes_exactly_where_the_relative_interval_ends(
    samples: tuple[np.ndarray, np.ndarray], higher_is_better: bool
):
    interval = relative(arms(*samples), 0.10)
    worst = -float(interval.low) if higher_is_better else float(interval.high)
    assert non_inferiority(arms(*samples), worst, higher_is_better=higher_is_better).p_value == pytest.approx(
        0.05
    )
    assert non_inferiority(arms(*samples), worst + 1e-6, higher_is_better=higher_is_better).is_non_inferior
    assert not non_inferiority(
        arms(*samples), worst - 1e-6, higher_is_better=higher_is_better
    ).is_non_inferior


def test_equivalence_is_the_interval_inside_both_margins(samples: tuple[np.ndarray, np.ndarray]):
    interval = absolute(arms(*samples), 0.10)
    widest = max(-float(interval.low), float(interval.high))
    assert equivalence(arms(*samples), widest + 1e-6, is_relative=False).is_equivalent
    assert not equivalence(arms(*samples), widest - 1e-6, is_relative=False).is_equivalent


@pytest.mark.parametrize(("higher_is_better", "loss"), [(True, 0.95), (False, 1.05)], ids=["up", "down"])
def test_a_loss_of_the_margin_passes_at_alpha(higher_is_better: bool, loss: float):
    rng = np.random.default_rng(2)
    control, treatment = rng.gamma(2, 5, (10_000, 200)), loss * rng.gamma(2, 5, (10_000, 300))
    passed = non_inferiority(
        arms(control, treatment), 0.05, higher_is_better=higher_is_better
    ).is_non_inferior
    assert 0.042 < passed.mean() < 0.058


def test_what_cannot_be_tested_does_not_pass():
    constant, negative = np.full((2, 5), 3.0), np.array([[-4.0, -5, -6, -5, -5]] * 2)
    for pair in ((constant, constant), (negative, negative + 0.1)):
        test = non_inferiority(arms(*pair), 0.1)
        assert np.isnan(test.p_value).all()
        assert not test.is_non_inferior.any()
    assert not np.isnan(equivalence(arms(negative, negative + 0.1), 1, is_relative=False).p_value).any()


@pytest.mark.parametrize("margin", [-0.1, np.nan], ids=["negative", "missing"])
def test_a_margin_must_be_a_tolerated_loss(samples: tuple[np.ndarray, np.ndarray], margin: float):
    with pytest.raises(AnalyticsError, match="0 or more"):
        non_inferiority(arms(*samples), margin)
