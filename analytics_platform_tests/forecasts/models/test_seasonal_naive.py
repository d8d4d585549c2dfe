"""Seasonal naive: the last week that is known, again."""

import numpy as np

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.models import METHODS
from analytics_platform.forecasts.series import Series
from analytics_platform_tests.forecasts.made_series import MONDAY

predict = METHODS["seasonal_naive"]


def test_the_last_week_comes_again():
    found = predict(Series(MONDAY, np.arange(21.0)), 10, NO_CALENDAR)
    assert found.tolist() == [14, 15, 16, 17, 18, 19, 20, 14, 15, 16]


def test_a_weekday_that_is_not_known_is_taken_from_the_week_before():
    values = np.arange(21.0)
    values[15] = np.nan
    assert predict(Series(MONDAY, values), 3, NO_CALENDAR).tolist() == [14, 8, 16]


def test_a_weekday_that_never_was_takes_the_last_value():
    assert predict(Series(MONDAY, np.array([1.0, 2.0])), 7, NO_CALENDAR).tolist() == [2, 2, 2, 2, 2, 1, 2]
