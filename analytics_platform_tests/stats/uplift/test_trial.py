import numpy as np
import pytest

from analytics_platform.stats.uplift import Trial
from analytics_platform_tests.stats.uplift.worlds import World


def test_folds_are_equal_in_size_and_alike_in_both_arms():
    trial = World(probability=0.2).trial(1003, seed=1)
    fold = trial.folds(5, seed=3)
    treated = np.bincount(fold[trial.is_treated])
    assert np.ptp(np.bincount(fold)) <= 1
    assert np.ptp(treated) <= 1


def test_folds_depend_on_the_seed_alone():
    trial = World().trial(100, seed=1)
    assert (trial.folds(5, seed=3) == trial.folds(5, seed=3)).all()
    assert (trial.folds(5, seed=3) != trial.folds(5, seed=4)).any()


def test_splits_hold_every_unit_out_once_and_never_hand_it_over():
    trial = World().trial(50, seed=1)
    seen = np.zeros(50)
    for others, held_out in trial.splits(3, seed=0):
        seen += held_out
        assert len(others) == 50 - held_out.sum()
        assert not np.isin(trial.outcome[held_out], others.outcome).any()
    assert (seen == 1).all()


def test_arms_of_other_units_than_the_features_are_refused():
    with pytest.raises(ValueError, match="of the same units"):
        Trial(np.zeros((3, 1)), np.array([True, False]), np.zeros(3), 0.5)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_probability_that_leaves_an_arm_empty_is_refused(probability: float):
    with pytest.raises(ValueError, match="leaves an arm empty"):
        Trial(np.zeros((2, 1)), np.array([True, False]), np.zeros(2), probability)
