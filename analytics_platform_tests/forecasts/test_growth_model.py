import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analytics_platform.forecasts.growth_model import MOST_RATE, Forward, Rates, project, rates, shift_for
from analytics_platform.forecasts.growth_states import CURRENT, NEW, REPORTED, STATES, flows
from analytics_platform.forecasts.scenarios_history import Counts, count
from analytics_platform_tests.forecasts.small_product import product


@pytest.fixture(scope="module")
def counts() -> Counts:
    (found,), _ = count(product(users=6000), 42)
    return found


@pytest.fixture(scope="module")
def found(counts: Counts) -> Rates:
    return rates(counts.at_risk.sum(0)[None], counts.came.sum(0)[None])


def test_the_rate_of_the_day_after_the_first_is_that_of_the_product(counts: Counts, found: Rates):
    own = flows().reported[:STATES] == NEW
    weight = counts.at_risk.sum(0)[own]
    nurr = (weight * expit(found.logit[0, own])).sum() / weight.sum()
    assert nurr == pytest.approx(0.95 * 0.5, abs=0.03)


def test_the_rates_used_reproduce_the_visits_that_were_seen(counts: Counts, found: Rates):
    at_risk, came = counts.at_risk.sum(0), counts.came.sum(0)
    expected = at_risk * expit(found.logit[0]) * (1 - found.left[0])[:, None]
    for weekday in range(7):
        assert expected[:, weekday].sum() == pytest.approx(came[:, weekday].sum(), rel=0.02)


def test_few_user_days_are_pulled_towards_similar_states():
    at_risk, came = np.zeros((1, STATES, 7)), np.zeros((1, STATES, 7))
    at_risk[0, 1], came[0, 1] = 1000, 500
    at_risk[0, 200], came[0, 200] = 1, 1
    logit = rates(at_risk, came).logit
    assert expit(logit[0, 1]).mean() == pytest.approx(0.5, abs=0.02)
    assert 0.45 < expit(logit[0, 200]).mean() < 0.7, "one visit of one is no rate of 1"


def test_who_is_long_absent_has_mostly_left(counts: Counts, found: Rates):
    reported, weight = flows().reported[:STATES], counts.at_risk.sum((0, 2))
    left = [
        float((weight * found.left[0])[reported == at].sum() / weight[reported == at].sum())
        for at in (1, 4, 5, 6)
    ]
    assert left == sorted(left)
    assert left[0] == 0.0
    assert left[-1] > 0.9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1, 1))
def test_states_add_up_to_everybody_ever_seen_whatever_happens(found: Rates, seed: int, shift: float):
    rng = np.random.default_rng(seed)
    start, new = rng.exponential(50, STATES), rng.exponential(20, (40, 1))
    told = project(Forward.of(found, start), new, np.full((40, 7, 1), shift), 3)
    assert told.sum(1)[:, 0] == pytest.approx(start.sum() + np.cumsum(new[:, 0]))
    assert (told >= -1e-9).all()


def test_a_projection_goes_on_as_the_product_did(counts: Counts, found: Rates):
    """Half a window is held back: the other half's rates foretell its level."""
    whole = product(users=6000)
    real = np.bincount(whole.days)
    new = np.full((28, 1), 6000 / 90)
    told = project(Forward.of(found, counts.start), new, None, (whole.last_day + 1) % 7)
    dau = told[:, : len(REPORTED) - 3, 0].sum(1)
    assert dau.mean() == pytest.approx(real[-28:].mean(), rel=0.08)


def test_projecting_one_day_by_hand():
    at_risk, came = np.ones((1, STATES, 7)), np.full((1, STATES, 7), 0.5)
    half = rates(at_risk * 1e6, came * 1e6)
    start = np.zeros(STATES)
    start[1] = 100.0
    told = project(Forward.of(half, start), np.array([[10.0]]), None, 0)[0, :, 0]
    assert told[[0, CURRENT, 4]] == pytest.approx([10, 50, 50], rel=1e-3)


@pytest.mark.parametrize("change", [-0.5, -0.1, 0.02, 0.3])
def test_a_relative_change_of_a_rate_is_what_its_mean_changes_by(counts: Counts, found: Rates, change: float):
    weight = counts.at_risk.sum(0) * (1 - found.left[0])[:, None]
    shift = shift_for(found.logit[0], weight, NEW, change)
    own = flows().reported[:STATES] == NEW
    before, after = ((weight[own] * expit(found.logit[0, own] + by)).sum() for by in (0.0, shift))
    assert after / before == pytest.approx(1 + change)


def test_a_raised_rate_stays_a_probability(counts: Counts, found: Rates):
    weight = counts.at_risk.sum(0)
    shift = shift_for(found.logit[0], weight, CURRENT, 50.0)
    own = flows().reported[:STATES] == CURRENT
    mean = (weight[own] * expit(found.logit[0, own] + shift)).sum() / weight[own].sum()
    assert mean == pytest.approx(MOST_RATE)
    assert shift_for(found.logit[0], np.zeros_like(weight), CURRENT, 0.5) == 0.0
