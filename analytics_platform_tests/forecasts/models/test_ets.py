"""Exponential smoothing: against the recursion written out."""

import numpy as np

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.models.ets import ets, smoothed_path
from analytics_platform_tests.forecasts.made_series import error, made, series


def test_a_path_is_a_level_and_a_damped_trend():
    """The differences of h steps of a damped trend shrink by one factor."""
    values = np.cumsum(np.random.default_rng(4).normal(0.1, 0.3, 150))
    steps = np.diff(smoothed_path(values, 28, is_weekly=False))
    ratios = steps[1:] / steps[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-6)
    assert 0.79 < ratios[0] <= 0.981


def test_the_path_follows_units():
    values = np.cumsum(np.random.default_rng(4).normal(0.1, 0.3, 150))
    path = smoothed_path(values, 7, is_weekly=True)
    np.testing.assert_allclose(
        smoothed_path(1000 * values + 5, 7, is_weekly=True), 1000 * path + 5, rtol=1e-6
    )


def test_weekdays_go_on():
    found = ets(series(200, noise=0.02), 28, NO_CALENDAR)
    assert error(found, made(228, noise=0.0)[200:]) < 0.1
