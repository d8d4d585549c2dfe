"""Regressions that learners are made of: boosted trees where there are units enough, ridge where not."""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from analytics_platform.stats.uplift.trial import Floats

BOOSTED_FROM = 1500
PENALTIES = np.logspace(0, 6, 13)

Predictor = Callable[[Floats], Floats]


def fit_outcome(features: Floats, outcome: Floats) -> Predictor:
    """The expected outcome of a unit given its features, fitted on rows (n, p) and (n,)."""
    return _fit(features, outcome, iterations=60)


def fit_effect(features: Floats, effect: Floats) -> Predictor:
    """The expected effect given features, held closer to its mean: effects vary less than outcomes."""
    return _fit(features, effect, iterations=25)


def _fit(features: Floats, target: Floats, iterations: int) -> Predictor:
    return _ridge(features, target) if len(target) < BOOSTED_FROM else _boosted(features, target, iterations)


def _ridge(features: Floats, target: Floats) -> Predictor:
    scale = StandardScaler().fit(features)
    model = RidgeCV(PENALTIES).fit(scale.transform(features), target)
    return lambda others: np.asarray(model.predict(scale.transform(others)))


def _boosted(features: Floats, target: Floats, iterations: int) -> Predictor:
    model = HistGradientBoostingRegressor(
        max_iter=iterations,
        max_leaf_nodes=6,
        min_samples_leaf=max(50, len(target) // 50),
        l2_regularization=1.0,
        random_state=0,
    )
    model.set_params(early_stopping=False).fit(features, target)
    return lambda others: np.asarray(model.predict(others))
