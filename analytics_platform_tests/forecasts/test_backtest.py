"""Back-tests: where origins lie, that nothing leaks, and that coverage is judged out of fold."""

import numpy as np
import pytest

from analytics_platform.forecasts.backtest import CALIBRATING, back_test, origins_of, score
from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.models import FAST
from analytics_platform.forecasts.series import Series
from analytics_platform_tests.forecasts.made_series import MONDAY, made


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (55, []),
        (56, [28]),
        (70, [28, 35, 42]),
        (180, list(range(61, 153, 7))),
        (2000, list(range(1328, 1973, 28))),
    ],
)
def test_origins_are_whole_weeks_apart_and_the_newest_judges_the_last_days(days: int, expected: list[int]):
    assert origins_of(days, 28) == expected


def test_the_future_of_an_origin_changes_nothing_of_its_forecast():
    values = made(140, noise=0.1)
    tests = back_test(Series(MONDAY, values), NO_CALENDAR, FAST, most=6)
    size = tests["ets"].sizes[2]
    changed = values.copy()
    changed[size:] *= 7
    again = back_test(Series(MONDAY, changed), NO_CALENDAR, FAST, most=6)
    for name, test in tests.items():
        np.testing.assert_array_equal(test.forecasts[:3], again[name].forecasts[:3])


def test_intervals_are_calibrated_on_what_was_wholly_past():
    values = made(200, noise=0.1)
    test = back_test(Series(MONDAY, values), NO_CALENDAR, ["seasonal_naive"])["seasonal_naive"]
    at, band = test.intervals[0]
    past = [before for before in range(at) if test.sizes[before] + 28 <= test.sizes[at]]
    assert len(past) == CALIBRATING
    changed = values.copy()
    changed[test.sizes[at] :] *= 50
    again = back_test(Series(MONDAY, changed), NO_CALENDAR, ["seasonal_naive"])["seasonal_naive"]
    np.testing.assert_allclose(again.intervals[0][1].high, band.high)


def test_seasonal_naive_is_one_by_definition_and_a_perfect_forecast_is_zero():
    test = back_test(Series(MONDAY, made(140)), NO_CALENDAR, ["seasonal_naive"])["seasonal_naive"]
    found = score(test, test)
    assert found.owa == pytest.approx(1)
    perfect = score(test.replaced(test.actual), test)
    assert (perfect.owa, perfect.mase, perfect.smape, perfect.bias) == (0, 0, 0, 0)
    assert perfect.coverage == (1, 1, 1)


def test_bias_says_which_way():
    test = back_test(Series(MONDAY, made(140)), NO_CALENDAR, ["seasonal_naive"])["seasonal_naive"]
    assert score(test.replaced(test.actual * 1.1), test).bias == pytest.approx(0.1)


def test_a_horizon_week_is_judged_alone():
    test = back_test(Series(MONDAY, made(140)), NO_CALENDAR, ["seasonal_naive"])["seasonal_naive"]
    wrong = test.actual.copy()
    wrong[:, 7:14] *= 2
    weeks = [score(test.replaced(wrong), test, slice(at, at + 7)).smape for at in range(0, 28, 7)]
    assert weeks == pytest.approx([0, 2 / 3, 0, 0])


def test_a_gap_before_an_origin_is_part_of_the_horizon():
    values = made(120, noise=0.01, growth=0.0)
    values[85:92] = np.nan  # the seven days before the newest origin
    test = back_test(Series(MONDAY, values), NO_CALENDAR, ["seasonal_naive"], most=1)["seasonal_naive"]
    assert test.sizes == (92,)
    np.testing.assert_array_equal(test.forecasts[0][:7], values[78:85])
