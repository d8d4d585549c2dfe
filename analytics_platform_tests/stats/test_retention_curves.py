"""Retention curves against published fits, each other's special cases, and planted curves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.retention_curves import (
    FAMILIES,
    anchored,
    bootstrapped,
    fit,
    last_period,
    truncated,
)
from analytics_platform.stats.survival import kaplan_meier

# Share of 1,000 customers left after 0 to 12 years, in per cent: Fader and Hardie (2007), table 1.
HIGH_END = (100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4)
REGULAR = (100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3)


def cohort(shares: tuple[float, ...], years: int = 7) -> tuple[NDArray, NDArray]:
    """Customers lost by year, and those left after the last."""
    left = 10.0 * np.array(shares[: years + 1])
    return np.append(0.0, -np.diff(left)), np.append(np.zeros(years), left[-1])


@pytest.mark.parametrize(
    ("shares", "expected"), [(HIGH_END, (0.668, 3.806)), (REGULAR, (0.704, 1.182))], ids=["high", "regular"]
)
def test_the_shifted_beta_geometric_gives_the_published_parameters(shares: tuple, expected: tuple):
    assert np.round(fit("shifted_beta_geometric", *cohort(shares)).parameters, 3).tolist() == list(expected)


def test_beta_discrete_weibull_is_the_closest_form_on_the_published_cohorts():
    errors = dict.fromkeys(FAMILIES, 0.0)
    for name in FAMILIES:
        for shares in (HIGH_END, REGULAR):
            fitted = fit(name, *cohort(shares))
            errors[name] += np.abs(
                100 * anchored(fitted, shares[7] / 100, 7, np.arange(8, 13)) - shares[8:]
            ).mean()
    assert min(errors, key=errors.__getitem__) == "beta_discrete_weibull"
    assert errors["beta_discrete_weibull"] < 1.0
    assert errors["geometric"] > 10.0


def test_special_cases_are_never_likelier_than_what_they_are_cases_of():
    found = {name: fit(name, *cohort(HIGH_END)).log_likelihood for name in FAMILIES}
    assert found["beta_discrete_weibull"] >= found["shifted_beta_geometric"] >= found["geometric"]
    assert found["beta_discrete_weibull"] >= found["discrete_weibull"] >= found["geometric"]


def test_the_geometric_fit_is_the_share_lost_per_period_at_risk():
    lost, left = cohort(REGULAR)
    fitted = fit("geometric", lost, left)
    periods_at_risk = 10.0 * sum(REGULAR[:7])
    assert fitted.survival([1])[0] == pytest.approx(1 - lost.sum() / periods_at_risk, rel=1e-5)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_planted_curve_is_found_under_staggered_censoring(name: str):
    random = np.random.default_rng(5)
    planted = {"beta_discrete_weibull": (0.8, 1.5, 1.3), "shifted_beta_geometric": (0.8, 1.5)}
    parameters = np.array(planted.get(name, FAMILIES[name].start))
    curve = np.exp(FAMILIES[name].log_survival(parameters, np.arange(400.0)))
    lost = 400 - np.searchsorted(curve[::-1], random.random(40_000))
    watched = random.integers(0, 25, 40_000)
    is_event = lost <= watched
    counts = (np.bincount(lost[is_event], minlength=25), np.bincount(watched[~is_event], minlength=25))
    np.testing.assert_allclose(fit(name, *counts).survival(np.arange(40)), curve[:40], atol=0.015)


def test_a_projection_begins_at_the_last_observed_point():
    fitted = fit("beta_discrete_weibull", *cohort(HIGH_END))
    assert anchored(fitted, 0.4, 7, [7])[0] == pytest.approx(0.4)
    assert np.all(np.diff(anchored(fitted, 0.4, 7, np.arange(7, 60))) < 0)


def test_counts_cut_off_are_those_of_a_shorter_watch():
    lost, left = truncated([0, 3, 2, 1], [1, 0, 4, 5], 1)
    assert (lost.tolist(), left.tolist()) == ([0, 3], [1, 12])


def test_the_last_period_is_one_watched_by_enough():
    assert last_period([0, 3, 2, 1], [1, 0, 4, 5], 6) == 3
    assert last_period([0, 3, 2, 1], [1, 0, 4, 5], 13) == 1
    assert last_period([0, 3], [1, 0], 100) == 0


def test_without_losses_there_is_no_curve():
    with pytest.raises(AnalyticsError, match="needs units that were lost"):
        fit("geometric", [0, 0, 0], [5, 0, 5])


def test_resamples_that_hold_no_curve_are_left_out():
    fitted = fit("geometric", [0, 1], [0, 1])
    curves = bootstrapped(fitted, [0, 1], [0, 1], [1, 2], 40, np.random.default_rng(1))
    assert 0 < np.isnan(curves[:, 0]).sum() < 40


def test_bootstrap_intervals_cover_a_planted_curve():
    """40 cohorts of 1,500, watched for 12 periods and projected to 24: about 95 % hold the known curve."""
    random, name = np.random.default_rng(11), "shifted_beta_geometric"
    curve = np.exp(FAMILIES[name].log_survival(np.array([0.9, 2.0]), np.arange(25.0)))
    cells = np.append(-np.diff(curve[:13]), curve[12])
    hits = 0
    for drawn in random.multinomial(1_500, cells, size=40):
        lost, left = np.append(0, drawn[:12]), np.append(np.zeros(12), drawn[12])
        fitted = fit(name, lost, left)
        ends = np.nanpercentile(bootstrapped(fitted, lost, left, [24], 40, random), [2.5, 97.5])
        hits += ends[0] <= curve[24] <= ends[1]
    assert hits >= 34


def test_the_observed_curve_is_the_cohort():
    np.testing.assert_allclose(kaplan_meier(*cohort(REGULAR)).survival, np.array(REGULAR[:8]) / 100)
