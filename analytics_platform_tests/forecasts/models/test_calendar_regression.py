"""The calendar regression finds what was planted, and bears what real series do to it."""

import warnings

import numpy as np
import pytest

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.models import DEFAULT, METHODS
from analytics_platform.forecasts.models.calendar_regression import robust_ridge, without_outliers
from analytics_platform.forecasts.series import Series
from analytics_platform_tests.forecasts.made_series import BREAK, MONDAY, error, made, series, with_breaks

predict = METHODS[DEFAULT]


def test_weekdays_and_growth_go_on():
    whole = made(228, noise=0.02)
    found = predict(Series(MONDAY, whole[:200]), 28, NO_CALENDAR)
    assert error(found, made(228, noise=0.0)[200:]) < 0.05


def test_a_break_to_come_is_foreseen_from_those_past():
    whole = with_breaks(made(150, noise=0.02))
    known = whole.until(130)  # the third break begins on day 140
    with_it, without = predict(known, 20, BREAK), predict(known, 20, NO_CALENDAR)
    assert error(with_it, whole.values[130:]) < 0.15 < error(without, whole.values[130:])


def test_what_never_happened_changes_nothing():
    known = series(28, noise=0.02)
    assert predict(known, 5, BREAK).tolist() == predict(known, 5, NO_CALENDAR).tolist()


def test_a_yearly_wave_is_foreseen_from_two_years_of_it():
    at = np.arange(1000)
    values = made(1000, noise=0.03, growth=0.0) * np.exp(0.4 * np.sin(2 * np.pi * at / 365.25))
    found = predict(Series(MONDAY, values[:900]), 28, NO_CALENDAR)
    flat = predict(Series(MONDAY, values[300:900]), 28, NO_CALENDAR)
    assert error(found, values[900:928]) < error(flat, values[900:928])


def test_a_level_that_shifts_is_followed_within_days_and_an_outlier_is_not():
    values = made(120, noise=0.02, growth=0.0)
    shifted = np.where(np.arange(120) >= 106, 0.5, 1.0) * values
    found = predict(Series(MONDAY, shifted), 7, NO_CALENDAR)
    assert error(found, 0.5 * made(127, noise=0.0, growth=0.0)[120:]) < 0.12
    spiked = values.copy()
    spiked[-1] *= 30
    plain = predict(Series(MONDAY, values), 7, NO_CALENDAR)
    assert error(predict(Series(MONDAY, spiked), 7, NO_CALENDAR), plain) < 0.1


def test_gaps_cost_little():
    values = made(200, noise=0.03)
    holed = values.copy()
    holed[np.random.default_rng(2).random(200) < 0.3] = np.nan
    holed[-1] = values[-1]
    found = predict(Series(MONDAY, holed), 28, NO_CALENDAR)
    assert error(found, made(228, noise=0.0)[200:]) < 0.1


@pytest.mark.parametrize("name", [*METHODS])
@pytest.mark.parametrize(
    "values",
    [
        np.full(60, 7.0),
        np.zeros(60),
        np.where(np.arange(60) % 9 == 0, 1.0, 0.0),
        np.where(np.arange(60) % 7 >= 5, 0.0, 50.0),
        np.where(np.arange(60) == 30, np.nan, 5.0 + np.arange(60) % 7),
        np.arange(60.0) ** 3,
        np.sin(np.arange(60.0)),
        np.full(60, 1e12),
        made(28),
    ],
    ids=["constant", "zero", "rare", "closed", "gap", "steep", "negative", "huge", "short"],
)
def test_every_method_answers_every_shape_without_a_warning(name: str, values: np.ndarray):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = METHODS[name](Series(MONDAY, values), 28, BREAK)
    assert found.shape == (28,)
    assert np.isfinite(found).all()
    if np.nanmin(values) >= 0:
        assert (found >= 0).all()
        assert found.max() <= 20 * np.nanmax(values) + 1


def test_far_off_days_count_for_less():
    random = np.random.default_rng(1)
    columns = np.column_stack([np.ones(200), random.normal(size=200)])
    targets = columns @ [1.0, 2.0] + random.normal(0, 0.1, 200)
    targets[:20] += 15
    found = robust_ridge(columns, targets, np.array([np.inf, 10.0]))
    np.testing.assert_allclose(found, [1, 2], atol=0.1)


def test_noisy_series_believe_the_data_less():
    random = np.random.default_rng(1)
    columns = np.column_stack([np.ones(100), random.normal(size=100)])
    priors = np.array([np.inf, 0.1])
    sizes = [
        robust_ridge(columns, columns @ [0.0, 1.0] + random.normal(0, noise, 100), priors)[1]
        for noise in (0.01, 0.5, 3.0)
    ]
    assert sizes[0] > 0.99
    assert sizes[0] > sizes[1] > sizes[2]


def test_outliers_are_drawn_in_and_shifts_are_not():
    values = np.random.default_rng(0).normal(0, 0.1, 100)
    spiked = values.copy()
    spiked[50] = 9
    assert without_outliers(spiked)[50] < 1
    shifted = values + np.where(np.arange(100) >= 50, 5, 0)
    assert without_outliers(shifted)[54:].min() > 4
