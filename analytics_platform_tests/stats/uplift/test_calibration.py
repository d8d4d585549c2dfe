import numpy as np
import pytest
import statsmodels.api as sm

from analytics_platform.stats.uplift import best_linear_predictor, bins
from analytics_platform_tests.stats.samples import is_near


def test_the_line_and_its_errors_are_those_of_statsmodels_hc3():
    random = np.random.default_rng(1)
    predicted = random.normal(2.0, 1.0, 200)
    scores = 0.5 * predicted + random.normal(size=200) * np.abs(predicted)
    line = best_linear_predictor(scores, predicted)
    assert line is not None
    peer = sm.OLS(scores, sm.add_constant(predicted)).fit(cov_type="HC3")
    assert [line.intercept.value, line.slope.value] == pytest.approx(peer.params)
    assert [line.intercept.standard_error, line.slope.standard_error] == pytest.approx(peer.bse)


def test_predictions_twice_too_strong_have_a_slope_of_a_half():
    effects = np.linspace(-1, 1, 101)
    line = best_linear_predictor(effects, 2 * effects + 1)
    assert line is not None
    assert line.slope.value == pytest.approx(0.5)
    assert line.intercept.value == pytest.approx(-0.5)


@pytest.mark.parametrize("level", [0.0, 0.3, 1e6])
def test_predictions_all_alike_have_no_slope(level: float):
    assert best_linear_predictor(np.arange(5.0), np.full(5, level)) is None


def test_the_slope_of_a_calibrated_prediction_is_covered_at_its_level():
    random = np.random.default_rng(2)
    inside = 0
    for _ in range(1500):
        predicted = random.exponential(size=300)
        line = best_linear_predictor(predicted + random.normal(size=300) * (1 + predicted), predicted)
        assert line is not None
        inside += bool(line.slope.low <= 1 <= line.slope.high)
    assert is_near(inside / 1500, 0.95, 1500)


def test_bins_go_from_the_lowest_prediction_to_the_highest_and_hold_every_unit():
    predicted = np.arange(100.0)
    found = bins(2 * predicted, predicted)
    assert [group.units for group in found] == [20] * 5
    assert [group.predicted for group in found] == pytest.approx([9.5, 29.5, 49.5, 69.5, 89.5])
    assert [group.observed.value for group in found] == pytest.approx([19, 59, 99, 139, 179])


def test_predictions_that_tie_share_a_bin():
    predicted = np.repeat([0.0, 1.0], [90, 10])
    assert [group.units for group in bins(np.arange(100.0), predicted)] == [90, 10]
