import numpy as np
import pytest

from analytics_platform.stats.uplift import LEARNERS, Learner, Trial, doubly_robust_scores
from analytics_platform_tests.stats.uplift.worlds import World, crude_scores

SIZES = pytest.mark.parametrize("units", [1200, 6000], ids=["ridge", "boosted"])
EACH = pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS.keys())


@SIZES
@EACH
def test_every_learner_finds_the_effect_that_depends_on_the_first_feature(learner: Learner, units: int):
    world = World(slope=0.8)
    predict = learner(world.trial(units, seed=1))
    new = np.random.default_rng(2).normal(size=(2000, 4))
    truth, predicted = world.effect(new), predict(new)
    assert np.corrcoef(truth, predicted)[0, 1] > 0.85
    assert predicted.mean() == pytest.approx(truth.mean(), abs=0.12)


@EACH
def test_an_uneven_split_does_not_bend_the_prediction(learner: Learner):
    world = World(slope=0.8, probability=0.15)
    predict = learner(world.trial(4000, seed=3))
    new = np.random.default_rng(4).normal(size=(2000, 4))
    assert np.corrcoef(world.effect(new), predict(new))[0, 1] > 0.75
    assert predict(new).mean() == pytest.approx(world.mean, abs=0.2)


@EACH
def test_the_same_trial_gives_the_same_predictions(learner: Learner):
    trial = World(slope=0.5).trial(1600, seed=5)
    assert (learner(trial)(trial.features) == learner(trial)(trial.features)).all()


def test_scores_average_to_the_effect_and_are_less_noisy_than_crude_ones():
    trial = World(slope=0.5).trial(4000, seed=6)
    scores, crude = doubly_robust_scores(trial, 5, seed=0), crude_scores(trial)
    assert scores.mean() == pytest.approx(0.3, abs=4 * scores.std() / np.sqrt(4000))
    assert scores.std() < 0.95 * crude.std()


def test_scores_of_outcomes_that_features_explain_exactly_are_the_effects():
    features = np.random.default_rng(7).normal(size=(400, 3))
    is_treated = np.arange(400) % 2 == 0
    effect = 1 + features[:, 0]
    trial = Trial(features, is_treated, features.sum(axis=1) + effect * is_treated, 0.5)
    assert doubly_robust_scores(trial, 4, seed=0) == pytest.approx(effect, abs=0.2)


def test_a_unit_s_own_outcome_changes_its_score_only_through_its_weight():
    trial = World().trial(900, seed=8)
    moved = trial.outcome.copy()
    moved[0] += 5.0
    other = Trial(trial.features, trial.is_treated, moved, trial.probability)
    change = doubly_robust_scores(other, 3, seed=0)[0] - doubly_robust_scores(trial, 3, seed=0)[0]
    assert abs(change) == pytest.approx(10.0)
