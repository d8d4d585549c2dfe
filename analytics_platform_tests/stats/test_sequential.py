from time import perf_counter

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans, absolute
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.sequential import (
    Spending,
    boundaries,
    inflation,
    p_values,
    power,
    repeated_interval,
    spent,
)

FIFTHS = [0.2, 0.4, 0.6, 0.8, 1.0]
FORTNIGHT = np.arange(1, 15) / 14


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        # Spotify's group-sequential solver (spotify-confidence tests): quadratic spending.
        (2.0, [3.0902, 2.7141, 2.4727, 2.2798, 2.1140]),
        # gsDesign and Lan & DeMets' own program: O'Brien–Fleming type, two-sided .05, five equal looks.
        ("obrien_fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        # The same sources: Pocock type.
        ("pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3860]),
    ],
    ids=["spotify", "obrien_fleming", "pocock"],
)
def test_published_boundaries(spending: Spending, expected: list[float]):
    np.testing.assert_allclose(boundaries(FIFTHS, 0.05, spending), expected, atol=1.5e-4)


def test_spotifys_interval_at_a_quarter_of_the_sample():
    # spotify-confidence: 1,250 units an arm of 10,000 planned, alpha .01, quadratic spending → (−.151, .121).
    control, treatment = (
        Moments(np.array(1250.0), np.array([total / 1250]), np.array([[squares - total**2 / 1250]]))
        for total, squares in ((2510, 6304), (2492, 6163))
    )
    interval = repeated_interval(arm_means(control, treatment), [0.25], 0.01, 2.0)
    np.testing.assert_allclose([interval.low, interval.high], [-0.151, 0.121], atol=1e-3)


def test_all_alpha_is_spent_where_the_information_is_complete():
    for spending in ("obrien_fleming", "pocock", 0.5, 3):
        np.testing.assert_allclose(spent([1.0, 1.4], 0.05, spending), 0.05, rtol=1e-12)
        assert 0 < spent(0.3, 0.05, spending) < 0.05


def test_an_experiment_that_ends_early_spends_what_is_left():
    short, planned = boundaries([0.3, 0.6], final=True), boundaries([0.3, 0.6])
    assert short[0] == planned[0]
    assert 1.96 < short[1] < planned[1]


def test_an_experiment_that_overruns_spends_all_at_its_first_look_past_the_plan():
    bounds = boundaries([0.3, 0.6, 1.2, 1.3])
    assert boundaries([0.3, 0.6, 1.0])[2] < bounds[2] < 2.05
    assert bounds[3] == np.inf


def test_a_look_without_new_units_repeats_the_boundary():
    bounds = boundaries([0.5, 0.5, 1.0])
    assert bounds[1] == bounds[0]
    assert bounds[2] == pytest.approx(boundaries([0.5, 1.0])[1])


def test_sixty_looks_take_less_than_a_second_and_nothing_the_second_time():
    looks = np.arange(1, 61) / 61.5
    started = perf_counter()
    first = boundaries(looks)
    assert perf_counter() - started < 1
    assert boundaries(looks) is first
    assert not first.flags.writeable


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
def test_daily_looks_keep_alpha_and_the_power_that_was_computed(spending: Spending):
    rng = np.random.default_rng(1)
    paths = np.cumsum(rng.normal(size=(40_000, 14)), axis=1) / np.sqrt(np.arange(1, 15))
    bounds = boundaries(FORTNIGHT, 0.05, spending)
    assert 0.0465 < (np.abs(paths) > bounds).any(1).mean() < 0.0535
    assert (np.abs(paths) > 1.96).any(1).mean() > 0.2
    drifted = (np.abs(paths + 2.8 * np.sqrt(FORTNIGHT)) > bounds).any(1).mean()
    assert power(FORTNIGHT, 2.8, 0.05, spending) == pytest.approx(drifted, abs=0.007)


def test_obrien_and_flemings_type_keeps_nearly_all_the_power_of_a_fixed_sample():
    drift = norm.isf(0.025) + norm.ppf(0.8)
    assert power(FORTNIGHT, drift) > 0.95 * 0.8
    assert power([1.0], drift) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(("spending", "most"), [("obrien_fleming", 1.05), ("pocock", 1.3)])
def test_a_larger_sample_buys_the_lost_power_back(spending: Spending, most: float):
    drift = norm.isf(0.025) + norm.ppf(0.8)
    needed = inflation(FORTNIGHT, spending=spending)
    assert 1 < needed < most
    assert power(FORTNIGHT, drift * np.sqrt(needed), spending=spending) == pytest.approx(0.8, abs=1e-9)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock", 2.0], ids=str)
def test_a_p_value_is_the_alpha_whose_boundary_the_look_just_crosses(spending: Spending):
    z = np.array([2.1, 2.3, 2.6, 1.7, 2.4])
    observed = p_values(2 * norm.sf(z), FIFTHS, spending)
    exact = [
        brentq(lambda alpha, look=look: boundaries(FIFTHS, alpha, spending)[look] - z[look], 1e-6, 1 - 1e-9)
        if boundaries(FIFTHS, 1.0, spending)[look] < z[look]
        else 1.0
        for look in range(5)
    ]
    np.testing.assert_allclose(observed, exact, rtol=2e-3)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
def test_p_values_agree_with_the_boundary(spending: Spending):
    at = 2 * norm.sf(boundaries(FORTNIGHT, 0.05, spending))
    is_open = at > 0
    np.testing.assert_allclose(p_values(at, FORTNIGHT, spending)[is_open], 0.05, rtol=1e-3)
    assert (p_values(at, FORTNIGHT, spending)[~is_open] > 0.05).all()
    assert p_values(at[-1], FORTNIGHT, spending) == pytest.approx(0.05, rel=1e-3)
    assert p_values(at[[-1, -1]], FORTNIGHT, spending).shape == (2,)


def test_a_look_after_everything_was_spent_has_no_p_value_below_one():
    assert p_values([0.01, 0.0001], [1.0, 1.5]).tolist()[1] == 1.0


def test_repeated_intervals_miss_at_any_look_at_most_at_alpha():
    rng = np.random.default_rng(2)
    shape = (4000, 10)
    means = [np.cumsum(rng.normal(50, 2, shape), axis=1) / np.arange(1, 11) for _ in range(2)]
    variance = np.broadcast_to(4 / np.arange(1.0, 11), shape)
    arms = ArmMeans(
        *means, variance, variance, variance * 0, variance * 0 + np.inf, variance * 0 + 9, variance * 0 + 9
    )
    looks = np.arange(1, 11) / 10
    for of_ratio in (False, True):
        interval = repeated_interval(arms, looks, of_ratio=of_ratio)
        missed = (interval.low > 0) | (interval.high < 0)
        assert 0.04 < missed.any(1).mean() < 0.06
        np.testing.assert_array_equal(missed[:, 3:], (interval.p_value <= 0.05)[:, 3:])
    last = ArmMeans(*(np.asarray(value)[:, -1] for value in vars(arms).values()))
    np.testing.assert_allclose(repeated_interval(last, looks).low, repeated_interval(arms, looks).low[:, -1])


def test_a_boundary_out_of_reach_leaves_the_interval_open():
    arms = ArmMeans(*np.array([[5.0], [6.0], [0.01], [0.01], [0.0], [100.0], [60.0], [60.0]]))
    interval = repeated_interval(arms, [0.01])
    assert (interval.low[0], interval.high[0], interval.p_value[0]) == (-np.inf, np.inf, 1.0)
    assert absolute(arms).p_value[0] < 1e-8


@pytest.mark.parametrize(
    "information", [[], [0.0, 0.5], [0.5, 0.4], [np.nan]], ids=["none", "zero", "falling", "missing"]
)
def test_information_that_is_none_is_refused(information: list[float]):
    with pytest.raises(AnalyticsError, match="share of planned units"):
        boundaries(information)


@pytest.mark.parametrize("spending", ["haybittle", 0, -1.0], ids=str)
def test_an_unknown_spending_function_is_refused(spending: Spending):
    with pytest.raises(AnalyticsError, match="neither obrien_fleming, pocock nor a positive exponent"):
        boundaries(FIFTHS, 0.05, spending)
