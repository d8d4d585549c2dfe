import numpy as np
import pytest

from analytics_platform.forecasts.scenarios_changes import Planner
from analytics_platform.forecasts.scenarios_definitions import Assumptions, Scenario, Written
from analytics_platform.forecasts.scenarios_effects import (
    launch_effect,
    log_odds_ratios,
    quality_effect,
    weights,
)
from analytics_platform.forecasts.scenarios_growth import fit
from analytics_platform.forecasts.scenarios_history import BUCKETS, ArmCounts, count
from analytics_platform_tests.forecasts.small_product import product

WEIGHTS = weights(100)


def arms(**changed: object) -> ArmCounts:
    _, found = count(product(**changed), 42)  # pyright: ignore[reportArgumentType]
    return found["trial"]


def test_weights_leave_the_data_as_they_are_first_and_sum_to_the_buckets():
    assert (WEIGHTS[0] == 1).all()
    assert WEIGHTS.sum(1) == pytest.approx(np.full(101, BUCKETS))


def test_a_treatment_that_does_nothing_has_an_interval_around_zero():
    effect = launch_effect("trial", arms(users=4000), WEIGHTS)
    assert effect is not None
    low, high = np.quantile(effect.shift[1:].mean(1), (0.025, 0.975))
    assert low < 0 < high
    assert effect.is_randomised


def test_the_planted_odds_ratio_is_found_where_users_are_sure_to_be_there():
    """Of who came the day before, one in twenty has left: the ratio is close to the planted one."""
    effect = launch_effect("trial", arms(users=6000, lift=0.5), WEIGHTS)
    assert effect is not None
    current = effect.shift[:, 1]
    low, high = np.quantile(current[1:], (0.005, 0.995))
    assert low < 0.5 * 0.93 < high
    assert current[0] == pytest.approx(0.46, abs=0.1)


def test_an_odds_ratio_equals_the_one_worked_out_by_hand():
    counts = arms()
    at_risk, came = np.zeros_like(counts.at_risk), np.zeros_like(counts.came)
    at_risk[:, 0, 1], came[:, 0, 1] = (100, 100), (50, 60)
    by_hand = (60 * 50 / 200) / (50 * 40 / 200)
    made = ArmCounts(at_risk, came, counts.ratings, counts.stars, (300, 300), is_by_class=False)
    ratios = log_odds_ratios(made, np.ones((1, BUCKETS)))
    assert ratios[0, 0] == pytest.approx(np.log(by_hand))
    assert np.isnan(ratios[0, 1:]).all()


def test_classrooms_as_units_are_said_to_be_and_the_effect_is_for_their_members():
    effect = launch_effect("trial", arms(users=4000, classes=200, lift=0.5), WEIGHTS)
    assert effect is not None
    assert effect.is_by_class
    assert "randomised classrooms" in effect.source


def test_an_experiment_that_still_runs_adds_its_effect_on_the_rest_alone():
    """On the last day of the treatment half of the user-days of exposed users are treated."""
    running = product(users=4000, days=70, lift=0.4)
    growth = fit(running, replicates=20)
    treated = growth.arms["trial"].treated_now.sum()
    share = treated / growth.groups[0].seen.sum()
    assert 0.2 < share < 0.5
    launch = Scenario(id="a", title="A", changes=(Written(kind="launch", experiment="trial"),))
    plan = Planner(growth, Assumptions(), 28).plan(launch)
    whole = launch_effect("trial", growth.arms["trial"], weights(20))
    (change,) = plan.changes
    assert whole is not None
    assert change.effect is not None
    kept = change.effect.shift[0] / whole.shift[0]
    assert ((kept > 0.4) & (kept <= 1)).all()
    assert kept[:3].max() < 0.8, "new, current and reactivated users are often treated"
    assert f"it still runs, and {share:.0%} of the user-days are treated already" in plan.sources[0]
    ended = fit(product(users=4000, days=90, lift=0.4), replicates=20)
    assert not ended.arms["trial"].treated_now.any()


def test_too_few_users_have_no_effect():
    assert launch_effect("trial", arms(users=300), WEIGHTS) is None


def test_quality_is_the_ratio_of_two_randomised_effects():
    effect = quality_effect("trial", arms(users=6000, lift=0.3, quality=0.5), WEIGHTS)
    assert effect is not None
    assert effect.shift[0, 1] == pytest.approx(0.3 / 0.5, abs=0.2)
    low, high = np.quantile(effect.shift[1:, 1], (0.005, 0.995))
    assert low < 0.55 < high
    assert "a star" in effect.source


def test_ratings_that_did_not_surely_move_say_nothing_of_quality():
    assert quality_effect("trial", arms(users=4000, quality=0.0), WEIGHTS) is None
