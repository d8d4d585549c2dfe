"""Windows of reporting days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.lakehouse import Window
from analytics_platform_tests.lakehouse.small_tables import day, window

windows = st.builds(
    lambda first, length: Window(first, first + timedelta(days=length)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 400),
)


def test_both_ends_belong_to_a_window():
    assert list(window(1, 3).days()) == [day(1), day(2), day(3)]
    assert len(window(1, 3)) == 3
    assert day(3) in window(1, 3)
    assert day(4) not in window(1, 3)


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends on 2025-01-01, before its start 2025-01-02"):
        window(2, 1)


@given(windows, st.integers(1, 40))
def test_slices_cover_every_day_once_and_are_no_longer_than_asked(whole: Window, length: int):
    slices = list(whole.slices(length))

    assert [found for part in slices for found in part.days()] == list(whole.days())
    assert max(len(part) for part in slices) <= length


def test_a_window_binds_the_two_parameters_of_a_daily_model():
    assert window(1, 2).parameters() == {"first_day": day(1), "last_day": day(2)}
    assert str(window(1, 2)) == "2025-01-01…2025-01-02"
