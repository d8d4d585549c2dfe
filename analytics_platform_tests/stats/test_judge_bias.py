"""Biases of judges against statsmodels, planted biases and their coverage."""

from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.estimate import Estimate
from analytics_platform.stats.judge_bias import length_bias, length_correlation, position_bias
from analytics_platform_tests.stats.samples import is_near

SLOPE = 0.1


def outputs(random: np.random.Generator, n: int = 150) -> tuple[NDArray, NDArray, NDArray]:
    """Bad answers are longer; the judge sees them, adds .1 a doubling, and errs more on long ones."""
    human = (random.random(n) < 0.4).astype(float)
    words = np.exp(random.normal(4.5 + 0.5 * human, 0.5))
    noise = random.normal(0.0, 0.1 + 0.001 * words)
    return 0.5 * human + SLOPE * np.log2(words) + noise, human, words


def test_the_slope_is_that_of_statsmodels():
    judged, human, words = outputs(np.random.default_rng(1))
    design = np.column_stack([human == 0, human == 1, np.log2(words)]).astype(float)
    fit = sm.OLS(judged, design).fit(cov_type="HC3", use_t=True)
    found = length_bias(judged, human, words)
    assert found.estimate == pytest.approx(fit.params[2])
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[2]))
    assert found.n == 150


def test_the_correlation_is_that_of_what_labels_leave():
    judged, human, words = outputs(np.random.default_rng(2))
    labels = np.column_stack([human == 0, human == 1]).astype(float)
    left = [sm.OLS(side, labels).fit().resid for side in (judged, np.log2(words))]
    found = length_correlation(judged, human, words)
    assert found.estimate == pytest.approx(stats.pearsonr(*left).statistic)
    assert found.low < found.estimate < found.high


def covered(
    measure: Callable[..., Estimate], truth: float, draw: Callable[[np.random.Generator], tuple]
) -> float:
    random = np.random.default_rng(3)
    found = [measure(*draw(random)) for _ in range(1_000)]
    return float(np.mean([one.low <= truth <= one.high for one in found]))


def test_intervals_of_the_slope_cover():
    assert is_near(covered(length_bias, SLOPE, outputs), 0.95, 1_000)


def test_intervals_of_the_correlation_cover():
    def normal(random: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
        human, length = random.integers(0, 5, 80), random.normal(6.0, 1.0, 80)
        return human + 0.5 * length + random.normal(0.0, np.sqrt(0.75), 80), human, 2.0**length

    assert is_near(covered(length_correlation, 0.5, normal), 0.95, 1_000)


def test_a_judge_who_repeats_people_has_no_length_bias_though_bad_answers_are_longer():
    _, human, words = outputs(np.random.default_rng(4))
    assert length_bias(human, human, words).estimate == pytest.approx(0.0)
    assert np.isnan(length_correlation(human, human, words).estimate)


@pytest.mark.parametrize("towards_first", [0.0, 0.3])
def test_intervals_of_position_bias_cover(towards_first: float):
    """In 60 pairs a judge says the better one, but in three of ten, if biased, whatever stands first."""

    def pairs(random: np.random.Generator) -> tuple[NDArray, NDArray]:
        better_first, is_lazy = random.random(60) < 0.5, random.random(60) < towards_first
        is_wrong = random.random((2, 60)) < 0.15
        return (better_first ^ is_wrong[0]) | is_lazy, (~better_first ^ is_wrong[1]) | is_lazy

    assert is_near(covered(position_bias, 0.5 + towards_first / 2, pairs), 0.95, 1_000)


def test_a_judge_who_always_takes_the_first_is_all_bias():
    found = position_bias(np.ones(40), np.ones(40))
    assert (found.estimate, found.n) == (1.0, 40)
    assert 0.9 < found.low < found.high <= 1.0


def test_a_verdict_that_is_missing_leaves_its_pair_out():
    found = position_bias([1, 0, np.nan, 1], [0, 0, 1, 1])
    assert found == position_bias([1, 0, 1], [0, 0, 1])


@pytest.mark.parametrize("words", [[50, 50, 80, 80], [50, 60, 80, 90]])
def test_too_little_to_compare_gives_no_interval(words: list[int]):
    human = [0, 0, 1, 1] if words[0] == words[1] else [0, 1, 2, 2]
    found = length_bias([0.1, 0.2, 0.9, 0.8], human, words)
    assert np.isnan([found.low, found.high]).all()
    told = length_correlation([0.1, 0.2, 0.9, 0.8], human, words)
    assert np.isnan([told.low, told.high]).all()
    assert np.isnan(position_bias([], []).estimate)


def test_mistakes_are_named():
    with pytest.raises(AnalyticsError, match="2, 1 and 2"):
        length_bias([0.1, 0.2], [1], [5, 6])
    with pytest.raises(AnalyticsError, match="without words"):
        length_bias([0.1, 0.2], [1, 0], [5, 0])
    with pytest.raises(AnalyticsError, match="as many in the other"):
        position_bias([1, 0], [1])
