import numpy as np
import pytest

from analytics_platform.forecasts.scenarios_effects import Change, launch_effect, weights
from analytics_platform.forecasts.scenarios_growth import METRICS, Growth, Outcome, fit
from analytics_platform.forecasts.scenarios_history import BUCKETS
from analytics_platform_tests.forecasts.small_product import product

DAYS = 28
ALWAYS = np.ones(DAYS)


@pytest.fixture(scope="module")
def growth() -> Growth:
    return fit(product(users=3000, lift=0.4), replicates=60, price=10.0, trial_days=7)


def test_nothing_changes_where_nothing_is_changed(growth: Growth):
    told = growth.outcome((), DAYS)
    for metric in METRICS:
        assert (told.ratio(metric) == 1).all()
    assert told.states.sum(1) == pytest.approx(told.ever_seen)


def test_more_new_users_add_what_they_stay_for(growth: Growth):
    """They stay away for good with 5 % a day: at most 30 % more users, and never fewer."""
    ratio = growth.outcome((Change(ALWAYS, new=0.3),), DAYS).ratio("dau")
    assert ratio[0, 0] < ratio[-1, 0] < 1.3
    low, high = np.quantile(ratio[-1, 1:], (0.1, 0.9))
    assert low < ratio[-1, 0] < high


def test_in_a_product_at_rest_twice_the_new_users_become_twice_the_users():
    growth = fit(product(users=4000, days=160), window_days=60, replicates=5)
    ratio = growth.outcome((Change(np.ones(120), new=1.0),), 120).ratio("dau")
    assert ratio[-1, 0] == pytest.approx(2.0, abs=0.03)


def test_a_rate_lifted_by_a_share_lifts_that_rate_on_the_first_day(growth: Growth):
    effect = growth.lift("nurr", 0.2)
    plain, lifted = (growth.outcome(changes, 1) for changes in ((), (Change(np.ones(1), effect=effect),)))
    assert lifted.states[0, 1] > plain.states[0, 1]
    assert lifted.states[0, 0] == plain.states[0, 0], "new users are given"


def test_a_treatment_that_brings_users_back_does_so_for_everybody(growth: Growth):
    effect = launch_effect("trial", growth.arms["trial"], weights(60))
    ratio = growth.outcome((Change(ALWAYS, effect=effect),), DAYS).ratio("dau")
    assert ratio[-1, 0] > 1.1
    assert np.quantile(ratio[-1, 1:], 0.025) > 1


def test_a_change_that_has_not_begun_does_nothing_yet(growth: Growth):
    force = np.where(np.arange(DAYS) >= 10, 1.0, 0.0)
    ratio = growth.outcome((Change(force, new=0.5),), DAYS).ratio("dau")[:, 0]
    assert (ratio[:10] == 1).all()
    assert ratio[10] > 1


def test_levers_multiply_within_a_percent_point(growth: Growth):
    """What the page does with two levers against both played at once: twenty per cent and two per cent."""
    more, loyal = Change(ALWAYS, new=0.2), Change(ALWAYS, effect=growth.lift("curr", 0.02))
    one, other, both = (
        growth.outcome(changes, DAYS).ratio("dau")[-1, 0] for changes in ((more,), (loyal,), (more, loyal))
    )
    assert one * other == pytest.approx(both, abs=0.01)


def test_a_price_moves_revenue_at_once_and_subscribers_in_time(growth: Growth):
    dearer = Change(ALWAYS, conversion=np.full(growth.replicates, -0.8 * np.log(1.1)), price=0.1)
    told = growth.outcome((dearer,), DAYS)
    assert (told.ratio("dau") == 1).all()
    assert told.ratio("mrr_usd")[0, 0] == pytest.approx(1.1, abs=0.01)
    assert told.ratio("active_subscribers")[-1, 0] < 1
    assert told.baseline["mrr_usd"] == pytest.approx(10 * told.baseline["active_subscribers"])


def test_an_effect_on_classrooms_leaves_others_alone():
    growth = fit(product(users=4000, classes=200, lift=0.5), replicates=20)
    assert [group.is_class for group in growth.groups] == [False, True]
    effect = launch_effect("trial", growth.arms["trial"], weights(20))
    assert effect is not None
    halved = growth.outcome((Change(ALWAYS, effect=effect),), DAYS).ratio("dau")[-1, 0]
    everybody = type(effect)(effect.shift, is_by_class=False, source="", is_randomised=True)
    whole = growth.outcome((Change(ALWAYS, effect=everybody),), DAYS).ratio("dau")[-1, 0]
    assert 1.02 < halved < whole


def test_forecast_new_users_take_the_place_of_those_of_the_window():
    history = product(users=2000)
    usual = fit(history, replicates=3)
    forecast = fit(history, replicates=3, new_days=np.full(DAYS, 100.0))
    assert forecast.outcome((), DAYS).states[:, 0] == pytest.approx(np.full(DAYS, 100.0))
    assert usual.outcome((), DAYS).states[:, 0].mean() == pytest.approx(2000 / 90, rel=0.15)


def test_new_users_go_on_where_their_forecast_ends():
    history = product(users=2000)
    usual = fit(history, replicates=3).outcome((), DAYS).states[:, 0]
    known = np.where(np.arange(DAYS) < 14, 2 * usual, np.nan)
    found = fit(history, replicates=3, new_days=known).outcome((), DAYS).states[:, 0]
    assert found == pytest.approx(2 * usual)
    none = fit(history, replicates=3, new_days=np.full(DAYS, np.nan))
    assert none.outcome((), DAYS).states[:, 0] == pytest.approx(usual)


def test_of_nothing_nothing_changes():
    """A product that has emptied: 0 users with a change and without."""
    nothing, some = np.zeros((1, 3)), np.full((1, 3), 2.0)
    told = {"dau": nothing}, {"dau": nothing}, {"dau": np.zeros(1)}
    assert (Outcome(*told, some, some).ratio("dau") == 1).all()


def test_a_change_of_nothing_is_played_and_changes_nothing(growth: Growth):
    told = growth.outcome((Change(ALWAYS, effect=growth.lift("curr", 0.0)),), DAYS)
    assert told.scenario["dau"] is not told.baseline["dau"]
    assert growth.outcome((), DAYS).scenario["dau"] is not growth.outcome((), DAYS).baseline["dau"]
    for metric in METRICS:
        assert told.ratio(metric) == pytest.approx(np.ones((DAYS, growth.replicates)), abs=1e-6)


def test_everything_repeats_itself_and_a_class_lies_in_one_bucket():
    history = product(users=1000, classes=20)
    first, second = (fit(history, replicates=4).outcome((Change(ALWAYS, new=0.1),), DAYS) for _ in range(2))
    assert (first.ratio("dau") == second.ratio("dau")).all()
    assert history.bucket.max() < BUCKETS
    for number in range(20):
        assert len(set(history.bucket[history.classroom == number])) <= 1
