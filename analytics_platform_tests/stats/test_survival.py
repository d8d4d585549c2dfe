"""Kaplan–Meier and log-rank against statsmodels, at their edges, and under planted survival."""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analytics_platform.stats.survival import at_risk, kaplan_meier, log_rank

Counts = tuple[NDArray, NDArray]


def counted(times: NDArray, is_event: NDArray, width: int) -> Counts:
    return (
        np.bincount(times[is_event], minlength=width).astype(float),
        np.bincount(times[~is_event], minlength=width).astype(float),
    )


def lives(seed: int, units: int = 300) -> tuple[NDArray, NDArray, NDArray]:
    """Times, whether each is an event, and one of three groups that differ in hazard."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 3, units)
    lost, watched = random.geometric(0.05 + 0.02 * group), random.integers(1, 40, units)
    return np.minimum(lost, watched), lost <= watched, group


@pytest.mark.parametrize("seed", range(3))
def test_the_curve_and_its_error_agree_with_statsmodels(seed: int):
    times, is_event, _ = lives(seed)
    found = kaplan_meier(*counted(times, is_event, 41))
    other = SurvfuncRight(times, is_event)
    places = other.surv_times.astype(int)
    np.testing.assert_allclose(found.survival[places], other.surv_prob, rtol=1e-12)
    np.testing.assert_allclose(found.at_risk[places], other.n_risk)
    np.testing.assert_allclose(found.events[places], other.n_events)
    # The interval on the scale of log(-log S), from the other's standard error by the delta method.
    inner = (other.surv_prob > 0) & (other.surv_prob < 1)
    curve, error = other.surv_prob[inner], other.surv_prob_se[inner]
    scale = 1.959963984540054 * error / (curve * np.log(curve))
    np.testing.assert_allclose(found.low[places[inner]], curve ** np.exp(-scale), rtol=1e-9)
    np.testing.assert_allclose(found.high[places[inner]], curve ** np.exp(scale), rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_log_rank_test_agrees_with_statsmodels(seed: int):
    times, is_event, group = lives(seed)
    parts = [counted(times[group == g], is_event[group == g], 41) for g in range(3)]
    found = log_rank(*(np.stack(side) for side in zip(*parts, strict=True)))
    statistic, p_value = survdiff(times, is_event, group)
    assert found.degrees_of_freedom == 2
    assert (found.statistic, found.p_value) == (pytest.approx(statistic), pytest.approx(p_value))


def test_groups_that_were_never_at_risk_do_not_count():
    events, censored = (
        np.array([[0, 3, 1], [0, 5, 0], [0, 0, 0]]),
        np.array([[0, 0, 9], [0, 0, 4], [7, 0, 0]]),
    )
    assert log_rank(events, censored) == log_rank(events[:2], censored[:2])
    assert log_rank(events, censored).degrees_of_freedom == 1


@pytest.mark.parametrize("events", [np.zeros((2, 3)), np.array([[0, 1, 2]])], ids=["no event", "one group"])
def test_there_is_nothing_to_compare(events: NDArray):
    found = log_rank(events, np.ones_like(events))
    assert np.isnan([found.statistic, found.p_value]).all()
    assert found.degrees_of_freedom == 0


def test_before_the_first_event_the_limit_is_the_binomial_one():
    found = kaplan_meier([0, 0, 5], [10, 0, 85])
    np.testing.assert_allclose(found.low[:2], [1.0, 0.025 ** (1 / 90)])
    np.testing.assert_allclose(found.high[:2], 1.0)


def test_when_all_are_gone_the_limit_is_that_of_the_time_before():
    found = kaplan_meier([0, 6, 4, 0], [0, 0, 0, 0])
    assert (found.survival[2], found.low[2]) == (0.0, 0.0)
    assert found.high[2] == found.high[1] > found.survival[1]
    assert np.isnan(found.survival[3]), "nobody is left to tell of"


def test_units_at_risk_are_those_not_yet_gone():
    assert at_risk([0, 2, 1], [3, 0, 4]).tolist() == [10, 7, 5]


def test_intervals_cover_planted_survival_under_censoring():
    """400 samples of 150 lives of a known curve, with staggered beginnings: 95 % of intervals hold it."""
    random, truth = np.random.default_rng(7), 0.9 ** np.arange(31)
    hits = np.zeros(31)
    for _ in range(400):
        lost, watched = random.geometric(0.1, 150), random.integers(0, 31, 150)
        times, is_event = np.minimum(lost, watched), lost <= watched
        found = kaplan_meier(*counted(times, is_event, 31))
        hits += (found.low <= truth) & (truth <= found.high)
    assert hits[0] == 400
    assert 0.93 <= hits[1:21].mean() / 400 <= 0.97


def test_censoring_at_the_last_visit_would_not_cover_it():
    """Why everyone is watched up to 28 days before the end, and not up to the last visit."""
    random, until, silence = np.random.default_rng(3), 90, 28
    lost = random.geometric(0.05, 4_000)
    is_event = lost <= until - silence
    fair = kaplan_meier(*counted(np.minimum(lost, until - silence), is_event, until + 1))
    last_visit = np.where(is_event, lost, np.minimum(lost - 1, until))
    naive = kaplan_meier(*counted(last_visit, is_event, until + 1))
    truth = 0.95 ** np.arange(until + 1)
    assert fair.low[62] <= truth[62] <= fair.high[62]
    assert naive.low[80] > truth[80]
