"""Measures of accuracy against values computed by hand."""

import numpy as np
import pytest

from analytics_platform.forecasts import accuracy

NAN = float("nan")


def test_smape_is_the_mean_of_the_shares():
    # 2·20/(110+90) = 0.2; 2·50/(100+150) = 0.4; a hit on zero is 0.
    found = accuracy.smape(np.array([110.0, 100.0, 0.0]), np.array([90.0, 150.0, 0.0]))
    assert found == pytest.approx((0.2 + 0.4 + 0.0) / 3)


def test_mase_divides_by_the_mean_weekly_difference_of_the_past():
    # Known: 1…14, so that each differs by 7 from the week before; errors are 3 and 1.
    scale = accuracy.seasonal_scale(np.arange(1.0, 15.0))
    assert scale == 7
    assert accuracy.mase(np.array([10.0, 20.0]), np.array([13.0, 19.0]), scale) == pytest.approx(2 / 7)


def test_days_that_are_not_known_count_for_nothing():
    actual, forecast = np.array([10.0, NAN]), np.array([12.0, 99.0])
    assert accuracy.mase(actual, forecast, 1.0) == 2
    assert accuracy.smape(actual, forecast) == pytest.approx(4 / 22)
    assert np.isnan(accuracy.is_covered(actual, np.zeros(2), np.full(2, 100.0))).tolist() == [False, True]


def test_owa_is_the_mean_of_both_relative_errors():
    assert accuracy.owa(0.12, 0.9, 0.10, 1.2) == pytest.approx(0.5 * (1.2 + 0.75))
    assert np.isnan(accuracy.owa(0.1, 0.9, 0.0, 1.2))


def test_the_interval_score_charges_what_fell_outside():
    # Width 4; the second value lies 2 below: 4 + 2/0.2·2 = 24; the third 1 above: 4 + 10·1 = 14.
    found = accuracy.interval_score(np.array([3.0, -1.0, 6.0]), np.full(3, 1.0), np.full(3, 5.0), 0.8)
    assert found == pytest.approx([4, 24, 14])


def test_a_scale_of_zero_gives_no_mase():
    assert np.isnan(accuracy.mase(np.ones(2), np.ones(2), accuracy.seasonal_scale(np.ones(20))))
