"""The ensemble: a geometric mean."""

import numpy as np

from analytics_platform.forecasts.models.ensemble import ensemble
from analytics_platform.forecasts.series import Series
from analytics_platform_tests.forecasts.made_series import MONDAY


def test_it_is_the_geometric_mean_of_its_members():
    paths = [np.array([1.0, 4.0]), np.array([10.0, 4.0]), np.array([100.0, 4.0])]
    np.testing.assert_allclose(ensemble(Series(MONDAY, np.array([5.0, 6.0])), paths), [10, 4])


def test_negative_series_take_the_plain_mean_and_zeros_bear_it():
    paths = [np.array([-1.0]), np.array([4.0])]
    np.testing.assert_allclose(ensemble(Series(MONDAY, np.array([-5.0, 6.0])), paths), [1.5])
    assert np.isfinite(ensemble(Series(MONDAY, np.array([5.0])), [np.array([0.0]), np.array([2.0])])).all()
