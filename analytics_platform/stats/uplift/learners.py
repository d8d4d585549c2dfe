"""Learners of uplift: from a trial to a function that predicts the effect on a unit from its features.

Source: Künzel et al. (2019), Metalearners for estimating heterogeneous treatment effects (T, X);
Kennedy (2023), Towards optimal doubly robust estimation of heterogeneous causal effects (DR).
"""

from collections.abc import Callable

import numpy as np

from analytics_platform.stats.uplift.regressors import Predictor, fit_effect, fit_outcome
from analytics_platform.stats.uplift.trial import Floats, Trial

INNER_FOLDS = 3

Learner = Callable[[Trial], Predictor]


def t_learner(trial: Trial) -> Predictor:
    """Two regressions, one an arm; the uplift is their difference."""
    control, treatment = _by_arm(trial)
    return lambda features: treatment(features) - control(features)


def x_learner(trial: Trial) -> Predictor:
    """Each unit's outcome against what the other arm's regression expects of it, regressed in each arm."""
    control, treatment = _by_arm(trial)
    treated, untreated = trial.where(trial.is_treated), trial.where(~trial.is_treated)
    gained = fit_effect(treated.features, treated.outcome - control(treated.features))
    missed = fit_effect(untreated.features, treatment(untreated.features) - untreated.outcome)
    share = trial.probability
    return lambda features: share * missed(features) + (1 - share) * gained(features)


def dr_learner(trial: Trial) -> Predictor:
    """A regression of the doubly robust scores, which are cross-fitted within the trial given."""
    return fit_effect(trial.features, doubly_robust_scores(trial, INNER_FOLDS, seed=len(trial)))


LEARNERS: dict[str, Learner] = {"t_learner": t_learner, "x_learner": x_learner, "dr_learner": dr_learner}


def doubly_robust_scores(trial: Trial, folds: int, seed: int) -> Floats:
    """A score of each unit whose mean over any group is the effect on that group, (n,).

    The outcome regressions are those of the other folds. As the probability of treatment is known, the
    scores are unbiased however bad the regressions: these only make them less noisy.

    Args:
        trial: n units.
        folds: parts into which units are divided.
        seed: of that division.

    Source: Robins, Rotnitzky & Zhao (1994); Chernozhukov et al. (2018), Double/debiased machine learning.
    """
    scores = np.empty(len(trial))
    for others, held_out in trial.splits(folds, seed):
        control, treatment = _by_arm(others)
        units = trial.where(held_out)
        without, with_it = control(units.features), treatment(units.features)
        surprise = units.outcome - np.where(units.is_treated, with_it, without)
        weight = np.where(units.is_treated, 1 / trial.probability, -1 / (1 - trial.probability))
        scores[held_out] = with_it - without + weight * surprise
    return scores


def _by_arm(trial: Trial) -> tuple[Predictor, Predictor]:
    treated = trial.is_treated
    return (
        fit_outcome(trial.features[~treated], trial.outcome[~treated]),
        fit_outcome(trial.features[treated], trial.outcome[treated]),
    )
