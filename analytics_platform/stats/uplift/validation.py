"""Forward validation: uplift predicted for units by learners that saw only folds before theirs.

Ordinary cross-validation predicts each fold from all others, so that a fold judges a rule and also
shapes the rules judged by the rest: the folds' errors are correlated, and intervals from them reject a
homogeneous world far too often. Going forward, errors are martingale differences and the plain standard
error of the mean is right; the price is the first fold, which only teaches.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics_platform.stats.uplift.learners import Learner
from analytics_platform.stats.uplift.regressors import Predictor
from analytics_platform.stats.uplift.trial import Flags, Floats, Ints, Trial

FOLDS = 5


@dataclass(frozen=True)
class Validated:
    """Units with the uplift predicted for them and the score that judges the prediction.

    Attributes:
        features: of each unit, (m, p).
        predicted: uplift predicted by a learner that saw earlier folds only, in units of the outcome, (m,).
        scores: doubly robust score of each unit, in units of the outcome, (m,).
        fold: number of the unit's fold from 1, (m,).
        predictors: the rule that predicted each fold, by its number.
    """

    features: Floats
    predicted: Floats
    scores: Floats
    fold: Ints
    predictors: dict[int, Predictor]

    def by_fold(self, statistic: Callable[[Floats, Floats], Floats], predicted: Floats) -> Floats:
        """Contributions `statistic(scores, predicted)` (…, m), computed within each fold.

        A prediction is compared only with those of the same rule.
        """
        parts = {
            f: statistic(self.scores[self.fold == f], predicted[self.fold == f]) for f in self.predictors
        }
        joined = np.empty((*next(iter(parts.values())).shape[:-1], len(self.fold)))
        for fold, part in parts.items():
            joined[..., self.fold == fold] = part
        return joined


def validate(trial: Trial, learner: Learner, scores: Floats, seed: int, folds: int = FOLDS) -> Validated:
    """Predict the uplift of every unit outside the first fold from the folds before its own.

    Args:
        trial: n units.
        learner: learns a rule from the units of earlier folds.
        scores: doubly robust scores of all units, (n,).
        seed: of the division into folds.
        folds: how many.

    Source: Wager (2024), Sequential validation of treatment heterogeneity.
    """
    fold = trial.folds(folds, seed)
    predicted = np.zeros(len(trial))
    predictors: dict[int, Predictor] = {}
    for number in range(1, folds):
        predictors[number] = learner(trial.where(fold < number))
        predicted[fold == number] = predictors[number](trial.features[fold == number])
    judged: Flags = fold > 0
    return Validated(trial.features[judged], predicted[judged], scores[judged], fold[judged], predictors)
