"""What is said of a file's series."""

import numpy as np
import pytest

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.file_outlook import NO_OWA, accuracy_rows, file_outlooks
from analytics_platform.forecasts.series import Series, Values
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.forecasts.made_series import made

METHODS = ("calendar_ets", "seasonal_naive")


@pytest.mark.parametrize(
    ("values", "reason"), [(np.zeros(120), NO_OWA), (np.full(120, 7.0), NO_OWA), (made(120), None)]
)
def test_a_series_without_owa_says_why(values: Values, reason: str | None):
    found = file_outlooks({"": Series(day(0), values)}, NO_CALENDAR, 28, METHODS, 6)
    rows = accuracy_rows(found)
    assert {row["reason"] for row in rows} == {reason}
    assert all((row["owa"] is None) == (reason is not None) for row in rows)
