"""Measures and maps of calibration against planted probabilities, scikit-learn and sums by hand."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.calibration import (
    Isotonic,
    brier,
    calibration_in_the_large,
    equal_parts,
    expected_calibration_error,
    isotonic,
    platt,
    reliability,
)


def drawn(random: np.random.Generator, cases: int, shift: float = 0.0) -> tuple[NDArray, NDArray]:
    """Truths whose chance is the probability and a shift."""
    probability = random.uniform(0.1, 0.8, cases)
    return random.random(cases) < probability + shift, probability


def test_brier_is_the_mean_squared_distance():
    found = brier([0, 1, 1, 0], [0.0, 1.0, 0.5, 0.5])
    assert (found.estimate, found.low, found.n) == (0.125, 0.0, 4)
    assert np.isnan(brier([1], [0.5]).low)
    assert np.isnan(brier([], []).estimate)


def test_calibration_in_the_large_covers_a_planted_shift():
    random, hits = np.random.default_rng(1), 0
    for _ in range(1_000):
        found = calibration_in_the_large(*drawn(random, 200, 0.1))
        hits += found.low <= 0.1 <= found.high
    assert 0.93 <= hits / 1_000 <= 0.97


def test_bins_tell_expected_and_observed_shares():
    truth, probability = np.repeat([0, 1, 1], 10), np.repeat([0.1, 0.6, 0.9], 10)
    bins = reliability(truth, probability)
    assert [(one.low, one.high, one.observed.n, one.observed.estimate) for one in bins] == [
        (0.1, 0.1, 10, 0.0),
        (0.6, 0.6, 10, 1.0),
        (0.9, 0.9, 10, 1.0),
    ]
    assert [round(one.expected, 9) for one in bins] == [0.1, 0.6, 0.9]
    assert 0.2 < bins[0].observed.high < 0.4
    assert reliability([], []) == []


def test_equal_values_share_a_part():
    assert equal_parts(np.array([0.1, 0.1, 0.1, 0.2, 0.9]), 2).tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(("shift", "cases"), [(0.0, 200), (0.1, 200), (0.1, 1_000)])
def test_the_calibration_error_is_covered(shift: float, cases: int):
    """A shift by the same everywhere is the mean gap of every binning."""
    random = np.random.default_rng(2)
    found = [expected_calibration_error(*drawn(random, cases, shift), draws=200) for _ in range(200)]
    assert np.mean([one.low <= shift <= one.high for one in found]) >= 0.915
    assert all(one.low <= one.estimate <= one.high for one in found)


def test_chance_is_taken_off_the_calibration_error():
    random, plain, found = np.random.default_rng(3), [], []
    for _ in range(100):
        truth, probability = drawn(random, 200, 0.1)
        part = equal_parts(probability, 10)
        plain.append(np.abs(np.bincount(part, truth - probability)).sum() / 200)
        found.append(expected_calibration_error(truth, probability, draws=200).estimate)
    assert abs(np.mean(found) - 0.1) < abs(np.mean(plain) - 0.1) / 2


def test_one_case_has_no_calibration_error():
    assert np.isnan(expected_calibration_error([1], [0.5]).estimate)


def test_pooling_gives_the_least_squares_rising_map():
    """Against the min–max formula, that the fit is max over starts of the min over ends of block means."""
    random = np.random.default_rng(4)
    score, truth = np.arange(40.0), random.random(40) < np.linspace(0.1, 0.9, 40)
    fitted = isotonic(score, truth)(score)
    for at in range(40):
        best = max(min(truth[a : b + 1].mean() for b in range(at, 40)) for a in range(at + 1))
        assert fitted[at] == pytest.approx(best)


def test_a_map_survives_json():
    fitted = isotonic([0.1, 0.4, 0.4, 0.9], [0, 1, 0, 1])
    again = Isotonic(
        **{name: tuple(values) for name, values in json.loads(json.dumps(asdict(fitted))).items()}
    )
    assert again == fitted
    assert again([-1.0, 0.4, 5.0]).tolist() == [0.0, 0.5, 1.0]


def test_a_logistic_curve_agrees_with_scikit_learn_where_there_are_many():
    random = np.random.default_rng(5)
    score = random.normal(3.0, 20.0, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-0.1 * score + 1.0))
    found = platt(score, truth)
    other = LogisticRegression(C=1e9).fit(score[:, None], truth)
    assert found.slope == pytest.approx(other.coef_[0, 0], rel=2e-3)
    assert found.intercept == pytest.approx(other.intercept_[0], rel=2e-3)


def test_scores_that_part_the_truth_still_give_a_curve():
    found = platt([0.0, 1.0, 2.0, 3.0], [0, 0, 1, 1])
    assert 0.0 < found(0.0) < 0.5 < found(3.0) < 1.0
    assert platt([1.0, 1.0], [0, 1])(1.0) == pytest.approx(0.5)


def test_a_probability_above_one_is_refused():
    with pytest.raises(AnalyticsError, match="outside 0 and 1; calibrate scores first"):
        brier([0, 1], [0.5, 1.5])


def test_there_must_be_something_to_fit():
    with pytest.raises(AnalyticsError, match="0 truths beside 0 scores"):
        isotonic([], [])
