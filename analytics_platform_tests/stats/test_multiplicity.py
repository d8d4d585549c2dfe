from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from analytics_platform.stats.multiplicity import benjamini_hochberg, holm, selected_level, simultaneous_level

Adjustment = Callable[..., np.ndarray]


@pytest.fixture
def families() -> np.ndarray:
    return np.random.default_rng(1).beta(0.4, 2, (50, 12))


@pytest.mark.parametrize(
    ("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")], ids=["holm", "bh"]
)
def test_adjusted_p_values_agree_with_statsmodels(ours: Adjustment, theirs: str, families: np.ndarray):
    expected = [multipletests(family, method=theirs)[1] for family in families]
    np.testing.assert_allclose(ours(families), expected, rtol=1e-13)
    np.testing.assert_allclose(ours(families.T, axis=0), np.transpose(expected), rtol=1e-13)


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg], ids=["holm", "bh"])
def test_a_test_that_cannot_be_made_does_not_count(adjusted: Adjustment):
    whole = adjusted([0.01, 0.04, 0.03])
    np.testing.assert_array_equal(adjusted([0.01, np.nan, 0.04, 0.03]), [whole[0], np.nan, *whole[1:]])
    assert np.isnan(adjusted([np.nan, np.nan])).all()


def test_tied_p_values_stay_tied():
    np.testing.assert_allclose(holm([0.02, 0.02, 0.5]), [0.06, 0.06, 0.5])
    np.testing.assert_allclose(benjamini_hochberg([0.02, 0.02, 0.5]), [0.03, 0.03, 0.5])


def test_simultaneous_levels_share_alpha_among_the_tests_that_can_be_made():
    np.testing.assert_allclose(simultaneous_level([[0.1, np.nan, 0.2], [np.nan] * 3]), [[0.025], [0.05]])


def test_exactly_the_selected_intervals_exclude_zero(families: np.ndarray):
    level = selected_level(families)
    np.testing.assert_array_equal(families <= level, benjamini_hochberg(families) <= 0.05)


def test_selected_intervals_miss_at_the_promised_rate():
    rng = np.random.default_rng(2)
    truth = np.where(rng.random((4000, 20)) < 0.3, rng.normal(0, 2.5, (4000, 20)), 0.0)
    estimate = truth + rng.normal(size=truth.shape)
    p_value = 2 * norm.sf(np.abs(estimate))
    level = selected_level(p_value)
    selected = p_value <= level
    missed = selected & (2 * norm.sf(np.abs(estimate - truth)) < level)
    unadjusted = selected & (np.abs(estimate - truth) > 1.96)
    assert _false_share(missed, selected) < 0.054
    assert _false_share(unadjusted, selected) > 0.08


def _false_share(missed: np.ndarray, selected: np.ndarray) -> float:
    return float((missed.sum(-1) / np.maximum(selected.sum(-1), 1)).mean())
