"""Prophet: quiet, told of the calendar, and the same each time."""

import pytest

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.models import METHODS
from analytics_platform_tests.forecasts.made_series import BREAK, error, made, series, with_breaks

predict = METHODS["prophet"]


def test_it_says_nothing_and_is_the_same_each_time(capfd: pytest.CaptureFixture[str]):
    known = series(120, noise=0.02)
    found = predict(known, 14, NO_CALENDAR)
    assert found.tolist() == predict(known, 14, NO_CALENDAR).tolist()
    assert capfd.readouterr() == ("", "")
    assert error(found, made(134, noise=0.0)[120:]) < 0.1


def test_it_knows_the_calendar():
    whole = with_breaks(made(150, noise=0.02))
    with_it, without = (predict(whole.until(130), 20, known) for known in (BREAK, NO_CALENDAR))
    assert error(with_it, whole.values[130:]) < error(without, whole.values[130:])
