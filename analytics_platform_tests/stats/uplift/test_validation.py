import numpy as np
import pytest
from numpy.typing import NDArray

from analytics_platform.stats.uplift import (
    LEARNERS,
    Trial,
    Validated,
    best_linear_predictor,
    doubly_robust_scores,
    mean,
    policy_value,
    qini,
    validate,
)
from analytics_platform.stats.uplift.regressors import Predictor
from analytics_platform_tests.stats.samples import is_near
from analytics_platform_tests.stats.uplift.worlds import World, crude_scores, line_learner

REPLICATIONS = 1000
NEW = np.random.default_rng(0).normal(size=(4000, 4))


def _run(world: World, seed: int) -> Validated:
    trial = world.trial(500, seed)
    return validate(trial, line_learner, crude_scores(trial), seed)


def _z(contributions: NDArray[np.float64]) -> float:
    found = mean(contributions)
    return float(found.value / found.standard_error)


def test_a_fold_is_predicted_from_the_folds_before_it():
    trial = World().trial(103, seed=1)
    seen: list[Trial] = []

    def learner(given: Trial) -> Predictor:
        seen.append(given)
        return lambda features: np.full(len(features), float(len(given)))

    judged = validate(trial, learner, trial.outcome, seed=2)
    fold = trial.folds(5, seed=2)
    assert [len(given) for given in seen] == [int((fold < number).sum()) for number in range(1, 5)]
    assert (judged.predicted == [float((fold < number).sum()) for number in fold[fold > 0]]).all()
    assert (judged.scores == trial.outcome[fold > 0]).all()


def test_no_outcome_of_a_unit_or_of_later_folds_changes_its_prediction():
    trial = World().trial(400, seed=1)
    fold = trial.folds(5, seed=2)
    moved = np.where(fold >= 3, trial.outcome + 100.0 * trial.features[:, 0], trial.outcome)
    other = Trial(trial.features, trial.is_treated, moved, trial.probability)
    before, after = (validate(t, LEARNERS["dr_learner"], t.outcome, seed=2) for t in (trial, other))
    assert (before.predicted[before.fold <= 3] == after.predicted[after.fold <= 3]).all()
    assert (before.predicted[before.fold > 3] != after.predicted[after.fold > 3]).any()


def test_a_prediction_is_ranked_only_among_those_of_the_same_rule():
    fold = np.array([1, 1, 2, 2])
    predictors: dict[int, Predictor] = {1: lambda x: x[:, 0], 2: lambda x: x[:, 0]}
    judged = Validated(
        np.zeros((4, 1)), np.array([0.0, 1, 100, 101]), np.array([1.0, 2, 3, 4]), fold, predictors
    )
    assert judged.by_fold(qini, judged.predicted).mean() == pytest.approx(0.25)


def test_in_a_homogeneous_world_qini_rejects_at_its_level_where_cross_validation_does_not():
    forward = [_z((run := _run(World(), seed)).by_fold(qini, run.predicted)) for seed in range(REPLICATIONS)]
    crossed: list[float] = []
    for seed in range(REPLICATIONS):
        trial = World().trial(500, seed)
        scores, parts = crude_scores(trial), np.empty(500)
        for others, held_out in trial.splits(5, seed):
            parts[held_out] = qini(scores[held_out], line_learner(others)(trial.features[held_out]))
        crossed.append(_z(parts))
    assert is_near(float(np.mean(np.abs(forward) > 1.96)), 0.05, REPLICATIONS)
    assert np.mean(np.abs(crossed) > 1.96) > 0.10


def test_intervals_cover_the_true_worth_of_the_rules_as_learned():
    world = World(slope=0.6, mean=0.1)
    truth = world.effect(NEW)
    inside = np.zeros(4)
    for seed in range(REPLICATIONS):
        run = _run(world, seed)
        rules = [predict(NEW) for predict in run.predictors.values()]
        lead = mean(run.by_fold(qini, run.predicted))
        value = policy_value(run.scores, run.predicted, cost=0.1)
        treats = [rule > 0.1 for rule in rules]
        targets = (
            (lead, np.mean([qini(truth, rule).mean() for rule in rules])),
            (value.policy, np.mean([np.where(chosen, truth - 0.1, 0).mean() for chosen in treats])),
            (value.gain, np.mean([np.where(chosen, 0, 0.1 - truth).mean() for chosen in treats])),
            (value.treat_all, truth.mean() - 0.1),
        )
        inside += [found.low <= target <= found.high for found, target in targets]
    assert (inside / REPLICATIONS >= 0.93).all()
    assert (inside / REPLICATIONS <= 0.975).all()


def test_the_slope_of_predictions_in_a_homogeneous_world_covers_zero_at_its_level():
    lines = [best_linear_predictor((run := _run(World(), seed)).scores, run.predicted) for seed in range(600)]
    inside = [line is not None and bool(line.slope.low <= 0 <= line.slope.high) for line in lines]
    assert is_near(float(np.mean(inside)), 0.95, 600)


@pytest.mark.parametrize("name", LEARNERS)
def test_shipped_learners_rank_better_than_chance_and_beat_treating_everybody(name: str):
    trial = World(slope=0.8, mean=0.1).trial(6000, seed=11)
    scores = doubly_robust_scores(trial, 5, seed=1)
    judged = validate(trial, LEARNERS[name], scores, seed=1)
    lead = mean(judged.by_fold(qini, judged.predicted))
    assert lead.low > 0
    assert lead.value == pytest.approx(0.8 / np.sqrt(np.pi) / 2, abs=0.06)
    assert policy_value(judged.scores, judged.predicted).gain.low > 0
    line = best_linear_predictor(judged.scores, judged.predicted)
    assert line is not None
    assert line.slope.low > 0.6
