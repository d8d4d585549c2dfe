import numpy as np

from analytics_platform.stats.uplift import importances, validate
from analytics_platform_tests.stats.uplift.worlds import World, crude_scores, line_learner

COLUMNS = {"driver": [0], "outcome": [1], "noise": [2, 3]}


def test_the_feature_that_moves_the_effect_matters_and_one_that_moves_only_the_outcome_does_not():
    trial = World(slope=0.8).trial(4000, seed=1)
    judged = validate(trial, line_learner, crude_scores(trial), seed=1)
    losses = importances(judged, COLUMNS, seed=2)
    assert losses["driver"].low > 0.1
    assert max(losses["outcome"].value, losses["noise"].value) < 0.1 * losses["driver"].value


def test_importances_depend_on_the_seed_alone_and_leave_the_features_as_they_were():
    trial = World(slope=0.8).trial(500, seed=1)
    judged = validate(trial, line_learner, crude_scores(trial), seed=1)
    before = judged.features.copy()
    first, again = (importances(judged, COLUMNS, seed=2) for _ in range(2))
    assert first["driver"].value == again["driver"].value
    assert (judged.features == before).all()


def test_a_feature_without_columns_loses_nothing():
    trial = World(slope=0.8).trial(500, seed=1)
    judged = validate(trial, line_learner, crude_scores(trial), seed=1)
    loss = importances(judged, {"none": []}, seed=2)["none"]
    assert np.allclose([loss.value, loss.low, loss.high], 0.0)
