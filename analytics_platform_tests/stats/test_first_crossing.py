import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from analytics_platform.stats.first_crossing import boundaries, probabilities


def test_one_look_is_a_fixed_sample_test():
    assert boundaries([1.0], [0.05])[0] == pytest.approx(norm.isf(0.025), abs=1e-9)
    expected = norm.sf(1.96 - 2.8) + norm.cdf(-1.96 - 2.8)
    assert probabilities([1.0], [1.96], 2.8)[0] == pytest.approx(expected, abs=1e-12)


def test_two_looks_agree_with_the_bivariate_normal_distribution():
    information, bounds, drift = [0.3, 1.0], np.array([2.5, 2.0]), 1.5
    correlation = np.sqrt(0.3)
    joint = multivariate_normal(drift * np.sqrt(information), [[1, correlation], [correlation, 1]])
    stays = joint.cdf(bounds, lower_limit=-bounds)
    assert probabilities(information, bounds, drift).sum() == pytest.approx(1 - stays, abs=1e-6)


@pytest.mark.parametrize(
    ("looks", "constant"),
    [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555), (20, 2.672)],
    ids=str,
)
def test_pococks_constants_of_the_textbook(looks: int, constant: float):
    # Jennison & Turnbull 2000, table 2.1: two-sided alpha .05, equal groups.
    crossed = probabilities(np.arange(1, looks + 1) / looks, np.full(looks, constant))
    assert crossed.sum() == pytest.approx(0.05, abs=2e-4)


@pytest.mark.parametrize(
    ("looks", "constant"),
    [(2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040), (10, 2.087)],
    ids=str,
)
def test_o_briens_and_flemings_constants_of_the_textbook(looks: int, constant: float):
    # Jennison & Turnbull 2000, table 2.3: the bound at look k is the constant times √(K/k).
    share = np.arange(1, looks + 1) / looks
    assert probabilities(share, constant / np.sqrt(share)).sum() == pytest.approx(0.05, abs=2e-4)


@pytest.mark.parametrize(
    ("bounds", "factor"),
    [(np.full(5, 2.413), 1.229), (2.040 * np.sqrt(5 / np.arange(1, 6)), 1.028)],
    ids=["pocock", "obrien_fleming"],
)
def test_sample_sizes_of_the_textbook_have_the_power_they_are_for(bounds: np.ndarray, factor: float):
    # Jennison & Turnbull 2000, tables 2.2 and 2.4: five looks, alpha .05, power .8, against a fixed sample.
    drift = (norm.isf(0.025) + norm.ppf(0.8)) * np.sqrt(factor)
    assert probabilities(np.arange(1, 6) / 5, bounds, drift).sum() == pytest.approx(0.8, abs=5e-4)


def test_boundaries_spend_what_was_planned_at_looks_of_any_spacing():
    rng = np.random.default_rng(1)
    information = np.cumsum(rng.gamma(0.3, 1, 40) + 2e-4)
    planned = np.cumsum(rng.random(40))
    planned *= 0.05 / planned[-1]
    crossed = probabilities(information, boundaries(information, planned))
    np.testing.assert_allclose(np.cumsum(crossed), planned, atol=1e-8)


def test_looks_too_close_to_tell_apart_are_one_look_with_the_plan_of_the_last():
    bounds = boundaries([0.5, 0.50001, 1.0], [0.01, 0.02, 0.05])
    np.testing.assert_allclose(bounds[:2], norm.isf([0.005, 0.01]))
    assert bounds[2] == boundaries([0.5, 1.0], [0.02, 0.05])[1]
    assert probabilities([0.5, 0.50001, 1.0], [2.0, 1.0, 2.0])[1] == 0


def test_a_first_look_may_be_very_early():
    bounds = boundaries([2e-5, 1.0], [0.01, 0.05])
    assert bounds[0] == pytest.approx(norm.isf(0.005))
    assert probabilities([2e-5, 1.0], bounds).sum() == pytest.approx(0.05, abs=1e-9)


def test_bounds_nobody_reaches_are_infinite_and_certain_ones_zero():
    assert boundaries([0.5, 1.0], [0.0, 0.05])[0] == np.inf
    assert boundaries([0.5, 1.0], [0.3, 1.0])[1] == 0


def test_the_chances_are_those_of_simulated_paths():
    rng = np.random.default_rng(2)
    information, drift = np.array([0.1, 0.15, 0.6, 0.61, 1.2]), 2.0
    bounds = np.array([3.0, 2.5, 2.2, 2.4, 2.0])
    steps = np.diff(information, prepend=0)
    scores = np.cumsum(rng.normal(drift * steps, np.sqrt(steps), (200_000, 5)), axis=1)
    outside = np.abs(scores / np.sqrt(information)) > bounds
    first = np.where(outside.any(1), outside.argmax(1), 5)
    observed = np.bincount(first, minlength=6)[:5] / len(first)
    np.testing.assert_allclose(probabilities(information, bounds, drift), observed, atol=0.004)
