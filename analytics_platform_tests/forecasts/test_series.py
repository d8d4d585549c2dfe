"""Series: gaps, trimming, and the scale they are modelled on."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.forecasts.series import Scale, Series, filled


def test_days_may_come_in_any_order_and_with_gaps():
    found = Series.of([date(2026, 1, 4), date(2026, 1, 1), date(2026, 1, 5)], [4.0, 1.0, None])
    assert (found.first_day, found.last_day) == (date(2026, 1, 1), date(2026, 1, 4))
    assert found.known == 2
    np.testing.assert_array_equal(found.values, [1, np.nan, np.nan, 4])
    np.testing.assert_allclose(filled(found.values), [1, 2, 3, 4])


def test_a_series_without_values_is_refused():
    with pytest.raises(ValueError, match="no value"):
        Series.of([date(2026, 1, 1)], [float("nan")])


def test_the_newest_days_and_the_trimmed_end():
    found = Series(date(2026, 1, 1), np.array([1.0, 2.0, np.nan]))
    assert found.newest(2).first_day == date(2026, 1, 2)
    assert len(found.newest(9)) == 3
    assert found.trimmed().last_day == date(2026, 1, 2)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_the_scale_goes_there_and_back(values: list[float]):
    known = np.array([0.0 if value < 1e-9 else value for value in values])
    scale = Scale.of(known)
    np.testing.assert_allclose(scale.original(scale.model(known)), known, rtol=1e-9, atol=1e-9 * known.max())


def test_zeros_take_the_smallest_positive_value_and_negatives_no_logarithm():
    assert Scale.of(np.array([0.0, 1.0, 5.0])) == Scale(offset=1.0)
    assert Scale.of(np.array([0.0, 0.02])) == Scale(offset=0.02)
    assert Scale.of(np.array([3.0, 5.0])) == Scale(offset=0.0)
    assert Scale.of(np.array([-1.0, 5.0])) == Scale(is_log=False)
    assert Scale.of(np.zeros(3)) == Scale(offset=1.0)


def test_nothing_falls_below_zero():
    assert Scale(offset=1.0).original(np.array([-50.0, 1e6]))[0] == 0
    assert np.isfinite(Scale().original(np.array([1e6]))).all()
