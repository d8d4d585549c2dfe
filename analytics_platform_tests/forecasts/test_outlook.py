"""Series that belong together: one champion for all, and back-tests that know no future."""

from datetime import timedelta

import numpy as np
import pytest

from analytics_platform.forecasts import outlook
from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.product_series import OVERALL, Segment
from analytics_platform.forecasts.series import Series, Values
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.forecasts.made_series import made

DAYS = 150
METHODS = ("calendar_ets", "ets", "seasonal_naive", "ensemble")


def family(*parts: Values) -> dict[Segment, Series]:
    named = {("role", f"role_{at}"): Series(day(0), values) for at, values in enumerate(parts)}
    return {OVERALL: Series(day(0), np.sum(parts, axis=0)), **named}


def test_a_silent_part_does_not_keep_the_others_from_a_champion(monkeypatch: pytest.MonkeyPatch):
    seen: list[dict[str, Values]] = []
    monkeypatch.setattr(outlook, "champion", lambda losses: seen.append(losses) or "ets")
    outlook.outlooks(family(made(DAYS), np.zeros(DAYS)), NO_CALENDAR, METHODS, adds_up=True, most=6)
    assert all(np.isfinite(losses).all() for losses in seen[-1].values())


def test_back_tests_that_add_up_know_nothing_of_later_days():
    """A part that grows wild in the last four weeks moves no forecast made before."""
    calm, wild = made(DAYS), made(DAYS)[::-1].copy()
    known = outlook.outlooks(family(calm, wild), NO_CALENDAR, METHODS, adds_up=True, most=6)
    wild[-28:] *= np.where(np.arange(28) % 2, 9.0, 0.2)
    again = outlook.outlooks(family(calm, wild), NO_CALENDAR, METHODS, adds_up=True, most=6)
    for segment, found in known.items():
        for method in METHODS:
            np.testing.assert_allclose(
                again[segment].tests[method].forecasts, found.tests[method].forecasts, err_msg=method
            )
    assert known[OVERALL].series.last_day == day(0) + timedelta(days=DAYS - 1)
