"""Measures of verdicts against counts by hand, scikit-learn's area, a pairwise DeLong and planted truths."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.classification import auroc, balanced_accuracy, sensitivity, specificity
from analytics_platform.stats.wilson import wilson

TRUTH = np.repeat([1, 0], [20, 30])
VERDICT = np.concatenate([np.repeat([1, 0], [16, 4]), np.repeat([1, 0], [3, 27])])


def scored(
    random: np.random.Generator, cases: int, prevalence: float, area: float
) -> tuple[NDArray, NDArray]:
    truth = random.random(cases) < prevalence
    return truth, random.normal(size=cases) + 2**0.5 * norm.ppf(area) * truth


def test_sensitivity_and_specificity_are_shares_with_wilson_limits():
    found, left = sensitivity(TRUTH, VERDICT), specificity(TRUTH, VERDICT)
    assert (found.estimate, found.n, left.estimate, left.n) == (0.8, 20, 0.9, 30)
    np.testing.assert_allclose([found.low, found.high], np.ravel(wilson(16, 20)))
    np.testing.assert_allclose([left.low, left.high], np.ravel(wilson(27, 30)))


def test_without_true_cases_there_is_no_sensitivity():
    found = sensitivity([0, 0], [1, 0])
    assert np.isnan([found.estimate, found.low, found.high]).all()
    assert np.isnan(balanced_accuracy([0, 0], [1, 0]).estimate)
    assert np.isnan(auroc([0, 0], [0.1, 0.2]).estimate)


def test_balanced_accuracy_covers_what_was_planted():
    """Sensitivity .9 and specificity .7 of 40 cases, a fifth true."""
    random, hits, truth = np.random.default_rng(1), 0, np.repeat([True, False], [8, 32])
    for _ in range(2_000):
        found = balanced_accuracy(truth, random.random(40) < np.where(truth, 0.9, 0.3))
        hits += found.low <= 0.8 <= found.high
    assert 0.94 <= hits / 2_000 <= 0.985


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_the_area_agrees_with_scikit_learn_and_the_error_with_all_pairs(decimals: int):
    truth, score = scored(np.random.default_rng(decimals), 150, 0.3, 0.75)
    score = score.round(decimals)
    found = auroc(truth, score)
    assert found.estimate == pytest.approx(roc_auc_score(truth, score))
    pairs = (score[truth][:, None] > score[~truth]) + 0.5 * (score[truth][:, None] == score[~truth])
    parts = [pairs.mean(axis).var(ddof=1) / pairs.shape[1 - axis] for axis in (1, 0)]
    # The width on the logit scale is twice the error there times a quantile near 1.96.
    logits = np.log([found.low / (1 - found.low), found.high / (1 - found.high)])
    error = np.sqrt(sum(parts)) / (found.estimate * (1 - found.estimate))
    assert np.diff(logits)[0] / 2 / error == pytest.approx(1.985, abs=0.025)


@pytest.mark.parametrize(("cases", "prevalence", "area"), [(60, 0.2, 0.8), (50, 0.3, 0.95), (300, 0.3, 0.62)])
def test_areas_are_covered(cases: int, prevalence: float, area: float):
    random = np.random.default_rng(2)
    found = [auroc(*scored(random, cases, prevalence, area)) for _ in range(1_000)]
    inside = np.mean([one.low <= area <= one.high for one in found if one.low == one.low])
    assert 0.93 <= inside <= 0.975


def test_a_perfect_ranking_of_few_cases_still_has_a_wide_interval():
    few, many = auroc([0, 0, 1, 1], [1, 2, 3, 4]), auroc(TRUTH, TRUTH)
    assert (few.estimate, few.high, many.estimate) == (1.0, 1.0, 1.0)
    assert 0.2 < few.low < 0.6
    assert 0.8 < many.low < 1.0
    assert auroc([1, 0], [1, 2]).high == pytest.approx(1 - auroc([0, 1], [1, 2]).low)


def test_scores_that_are_all_the_same_tell_nothing():
    found = auroc(TRUTH, np.ones(50))
    assert found.estimate == 0.5
    assert found.low < 0.4
    assert found.high > 0.6


@pytest.mark.parametrize(
    ("truth", "verdict", "words"),
    [
        ([0, 2], [0, 1], "truth must be one column of 0 and 1"),
        ([0, 1], [0.5, 1], "verdict must be one column"),
        ([0, 1], [1], "2 truths beside 1 verdicts"),
    ],
)
def test_other_values_are_refused_in_words(truth: list, verdict: list, words: str):
    with pytest.raises(AnalyticsError, match=words):
        sensitivity(truth, verdict)


def test_a_score_without_a_value_is_refused():
    with pytest.raises(AnalyticsError, match="score must be one column of finite numbers"):
        auroc([0, 1], [0.5, np.nan])
