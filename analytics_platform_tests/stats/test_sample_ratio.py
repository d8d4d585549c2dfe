import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, dirichlet_multinomial, multinomial
from statsmodels.stats.multitest import multipletests

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.sample_ratio import ALARM, mismatch, sequential_p_values, why_not


@pytest.mark.parametrize(
    ("observed", "shares"),
    [([5012, 4830], [1, 1]), ([90, 28, 33], [0.6, 0.2, 0.2]), ([821588, 815482], [0.5, 0.5])],
    ids=["two", "three", "large"],
)
def test_the_chi_square_is_scipys(observed: list[int], shares: list[float]):
    expected = np.sum(observed) * np.array(shares) / np.sum(shares)
    test = mismatch(observed, shares)
    reference = chisquare(observed, expected)
    np.testing.assert_allclose([test.chi_square, test.p_value], reference, rtol=1e-12)
    assert test.adjusted_p_value == test.p_value
    assert test.degrees_of_freedom == len(observed) - 1
    np.testing.assert_allclose(test.expected, expected)


def test_the_published_mismatch_of_a_large_experiment_is_found():
    # Fabijan et al. 2019: 821,588 against 815,482 users of a 50/50 split, p about 1.8e-6.
    assert mismatch([821588, 815482], [1, 1]).p_value == pytest.approx(1.8e-6, rel=0.02)


def test_segments_are_one_family():
    observed = [[500, 520], [480, 600], [3, 4], [1000, 1010]]
    test = mismatch(observed, [1, 1])
    tested = [0, 1, 3]
    assert np.isnan(test.p_value[2])
    np.testing.assert_allclose(
        test.adjusted_p_value[tested], multipletests(test.p_value[tested], method="holm")[1]
    )


def test_alarms_are_as_rare_as_promised_and_find_a_real_mismatch():
    rng = np.random.default_rng(4)
    quiet = mismatch(rng.multinomial(20_000, [0.5, 0.5], 100_000), [1, 1]).p_value < ALARM
    lopsided = mismatch(rng.multinomial(20_000, [0.48, 0.52], 10_000), [1, 1]).p_value < ALARM
    assert 0.0007 < quiet.mean() < 0.0013
    assert lopsided.mean() > 0.98


def test_the_sequential_test_is_the_odds_of_two_likelihoods():
    observed, shares = np.array([[30, 70], [200, 300], [1000, 900]]), np.array([0.4, 0.6])
    odds = [
        dirichlet_multinomial.logpmf(counts, 50 * shares, counts.sum())
        - multinomial.logpmf(counts, counts.sum(), shares)
        for counts in observed
    ]
    expected = np.minimum.accumulate(np.minimum(np.exp(-np.array(odds)), 1))
    np.testing.assert_allclose(sequential_p_values(observed, shares, 50), expected, rtol=1e-9)


def test_the_sequential_test_may_be_read_after_every_unit():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(1, [0.5, 0.5], (500, 3000)).cumsum(1)
    ever = sequential_p_values(counts, [1, 1], 100)[:, -1] < 0.05
    peeking = (mismatch(counts[:, 20::20], [1, 1]).p_value < 0.05).any(1)
    assert ever.mean() < 0.05
    assert peeking.mean() > 0.2


def test_the_sequential_test_finds_a_real_mismatch():
    counts = np.random.default_rng(6).multinomial(100, [0.47, 0.53], (200, 200)).cumsum(1)
    assert (sequential_p_values(counts, [1, 1])[:, -1] < ALARM).mean() > 0.95


def test_too_few_units_are_a_reason():
    assert why_not([3, 4], [1, 1]) == "a variant expects 3.5 units, and the test needs 5"
    assert why_not([30, 40], [1, 1]) is None


@pytest.mark.parametrize("shares", [[1.0], [0.5, 0.0], [np.nan, 0.5]], ids=["one", "zero", "missing"])
def test_shares_that_plan_nothing_are_refused(shares: list[float]):
    with pytest.raises(AnalyticsError, match="mend the allocation"):
        mismatch([10] * len(shares), shares)


@pytest.mark.parametrize(
    ("observed", "share"), [((2, 60), 0.1), ((12, 41), 0.1), ((14, 6), 0.5), ((0, 55), 0.1)]
)
def test_few_units_in_two_variants_are_tested_exactly(observed: tuple[int, int], share: float):
    units = sum(observed)
    tails = [binomtest(observed[0], units, share, alternative=side).pvalue for side in ("less", "greater")]

    found = mismatch(observed, [share, 1 - share])

    assert found.p_value == pytest.approx(min(1.0, 2 * min(tails)))


def test_three_variants_of_few_units_are_not_tested():
    assert np.isnan(mismatch([20, 20, 20], [1, 1, 1]).p_value)
    assert "the test needs 30" in str(why_not([20, 20, 20], [1, 1, 1]))
