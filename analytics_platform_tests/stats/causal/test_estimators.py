"""Regression, weighting, AIPW and DML where the effect is known and the naive difference is wrong."""

import numpy as np
import pytest
import statsmodels.api as sm

from analytics_platform.stats.causal.balance import standardised_differences
from analytics_platform.stats.causal.doubly_robust import aipw
from analytics_platform.stats.causal.influence import estimate_of, fieller, median_of
from analytics_platform.stats.causal.nuisance import Nuisances, cross_fit, folds_of
from analytics_platform.stats.causal.overlap import overlap
from analytics_platform.stats.causal.partially_linear import common_slope, partially_linear
from analytics_platform.stats.causal.regression import adjusted_difference, naive_difference
from analytics_platform.stats.causal.weighting import has_overlap, weighted_difference, weights_of

EFFECT = 0.5


def confounded(n: int = 3_000, seed: int = 1):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 2))
    chance = 1 / (1 + np.exp(-x[:, 0]))
    treated = draw.random(n) < chance
    y = x[:, 0] + 0.3 * x[:, 1] + EFFECT * treated + draw.normal(size=n)
    return x, y, treated, chance


def known_nuisances(x: np.ndarray, chance: np.ndarray) -> Nuisances:
    base = x[:, 0] + 0.3 * x[:, 1]
    return Nuisances(chance, base, base + EFFECT, base + EFFECT * chance, {})


def test_the_naive_difference_misses_and_every_mend_covers():
    x, y, t, chance = confounded()
    naive = naive_difference(y, t)
    assert naive.low > EFFECT
    nuisances = cross_fit(x, y, t, folds=3, seed=2)
    assert nuisances.learners["control_outcome"] == "linear"
    for found in (
        adjusted_difference(x, y, t),
        adjusted_difference(x, y, t, "att"),
        weighted_difference(y, t, chance),
        weighted_difference(y, t, chance, "att"),
        aipw(y, t, nuisances),
        aipw(y, t, nuisances, "att"),
        partially_linear(y, t, nuisances),
        common_slope(x, y, t),
    ):
        assert found.low < EFFECT < found.high
        assert found.units == len(y)


@pytest.mark.parametrize("wrong", ["propensity", "outcome"])
def test_aipw_survives_one_wrong_model(wrong: str):
    x, y, t, chance = confounded(20_000)
    right = known_nuisances(x, chance)
    flat = np.zeros(len(y))
    half = np.full(len(y), 0.5)
    told = (
        Nuisances(half, right.control_outcome, right.treated_outcome, flat, {})
        if wrong == "propensity"
        else Nuisances(chance, flat, flat, flat, {})
    )
    for estimand in ("ate", "att"):
        assert aipw(y, t, told, estimand).estimate == pytest.approx(EFFECT, abs=0.06)
    both = Nuisances(half, flat, flat, flat, {})
    assert aipw(y, t, both).estimate > EFFECT + 0.4


@pytest.mark.parametrize("estimand", ["ate", "att"])
def test_intervals_of_known_nuisances_cover_at_their_level(estimand: str):
    covered = 0
    for seed in range(400):
        x, y, t, chance = confounded(400, seed)
        found = aipw(y, t, known_nuisances(x, chance), estimand)
        covered += found.low < EFFECT < found.high
    assert 0.91 < covered / 400 < 0.98


def test_one_slope_for_all_is_statsmodels_least_squares():
    x, y, t, _ = confounded(300)
    clusters = np.arange(300) // 5
    design = np.column_stack([np.ones(300), t, x])
    plain = sm.OLS(y, design).fit(cov_type="HC0")
    clustered = sm.OLS(y, design).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    assert common_slope(x, y, t).estimate == pytest.approx(plain.params[1], rel=1e-9)
    assert common_slope(x, y, t).standard_error == pytest.approx(plain.bse[1], rel=1e-9)
    found = common_slope(x, y, t, clusters).standard_error
    assert found == pytest.approx(clustered.bse[1] * np.sqrt(60 / 59), rel=1e-6)


def test_the_naive_standard_error_is_welchs():
    _, y, t, _ = confounded(200)
    welch = np.sqrt(y[t].var(ddof=1) / t.sum() + y[~t].var(ddof=1) / (~t).sum())
    assert naive_difference(y, t).standard_error == pytest.approx(welch, rel=1e-9)


def test_fully_predicted_treatment_is_refused():
    t = np.array([True, False] * 20)
    x = t[:, None].astype(float)
    y = np.arange(40.0)
    with pytest.raises(ValueError, match="fully predicted"):
        common_slope(x, y, t)
    certain = Nuisances(t.astype(float), y, y, y, {})
    with pytest.raises(ValueError, match="fully predicted"):
        partially_linear(y, t, certain)


def test_small_arms_and_single_clusters_are_refused():
    y = np.arange(30.0)
    with pytest.raises(ValueError, match="two units"):
        naive_difference(y, np.arange(30) < 1)
    with pytest.raises(ValueError, match="every fold"):
        cross_fit(y[:, None], y, np.arange(30) < 3)
    with pytest.raises(ValueError, match="two units or clusters"):
        naive_difference(y, np.arange(30) < 15, np.zeros(30))


def test_classmates_share_a_fold():
    clusters = np.repeat(np.arange(40), 5)
    fold = folds_of(200, clusters, 5, seed=3)
    assert all(len(set(fold[clusters == one])) == 1 for one in range(40))
    assert (fold == folds_of(200, clusters, 5, seed=3)).all()


def test_curved_outcomes_take_the_boosted_learner():
    draw = np.random.default_rng(0)
    x = draw.uniform(-3, 3, size=(1_500, 1))
    t = draw.random(1_500) < 0.5
    y = np.abs(x[:, 0]) * 3 + draw.normal(size=1_500)
    assert cross_fit(x, y, t, folds=3).learners["expected_outcome"] == "boosted"


def test_a_median_over_splits_adds_their_spread():
    one = estimate_of(1.0, np.array([1.0, -1.0] * 50), 2.0, np.zeros(100))
    other = estimate_of(3.0, np.array([1.0, -1.0] * 50), 2.0, np.zeros(100))
    found = median_of([one, other])
    assert found.estimate == 2.0
    assert found.standard_error == pytest.approx(np.sqrt(one.standard_error**2 + 1))
    assert found.relative == pytest.approx(1.0)


def test_a_base_that_may_be_zero_gives_no_relative_effect():
    noise = np.array([1.0, -1.0] * 50)
    found = estimate_of(1.0, noise, 0.01, noise)
    assert found.relative is None
    assert median_of([found, found]).relative_low is None
    assert fieller(1.0, 0.01, np.eye(2), 2.0) is None


def test_an_outcome_without_spread_has_a_sure_effect():
    same = estimate_of(0.0, np.zeros(10), 1.0, np.zeros(10))
    assert same.p_value == 1.0
    assert median_of([same]).p_value == 1.0
    assert estimate_of(1.0, np.zeros(10), 1.0, np.zeros(10)).p_value == 0.0


def test_weighting_balances_what_was_unbalanced():
    x, _, t, chance = confounded(20_000)
    assert standardised_differences(x, t)[0] > 0.7
    for estimand in ("ate", "att"):
        after = standardised_differences(x, t, weights_of(chance, t, estimand))
        assert np.abs(after).max() < 0.06
    assert standardised_differences(np.ones((4, 1)), np.array([True, False] * 2)).tolist() == [0.0]


def test_overlap_tells_what_lies_outside():
    chance = np.array([0.01, 0.5, 0.5, 0.99])
    t = np.array([False, True, False, True])
    found = overlap(chance, t, bins=4)
    assert found.share_outside == 0.5
    assert found.control_shares.tolist() == [0.5, 0.0, 0.5, 0.0]
    assert has_overlap(chance, "ate", 0.05).tolist() == [False, True, True, False]
    assert has_overlap(chance, "att", 0.05).tolist() == [True, True, True, False]
    assert overlap(np.full(4, 0.5), t).treated_effective == pytest.approx(2.0)
