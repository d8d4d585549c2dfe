"""Trials whose effects are known, and a learner fast enough to be run hundreds of times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.stats.uplift import Trial
from analytics_platform.stats.uplift.regressors import Predictor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Four standard normal features; the effect is `mean + slope · first feature`, the noise is 1.

    Attributes:
        slope: how much the effect varies; 0: the same for everybody.
        mean: mean effect.
        probability: of treatment.
    """

    slope: float = 0.0
    mean: float = 0.3
    probability: float = 0.5

    def effect(self, features: Floats) -> Floats:
        return self.mean + self.slope * features[:, 0]

    def trial(self, units: int, seed: int) -> Trial:
        random = np.random.default_rng(seed)
        features = random.normal(size=(units, 4))
        is_treated = random.random(units) < self.probability
        outcome = np.exp(features[:, 1] / 2) + is_treated * self.effect(features) + random.normal(size=units)
        return Trial(features, is_treated, outcome, self.probability)


def crude_scores(trial: Trial) -> Floats:
    """Horvitz–Thompson scores: doubly robust ones whose regressions expect the mean of everybody."""
    weight = np.where(trial.is_treated, 1 / trial.probability, -1 / (1 - trial.probability))
    return weight * (trial.outcome - trial.outcome.mean())


def line_learner(trial: Trial) -> Predictor:
    """Least squares of the crude scores."""
    design = np.column_stack([np.ones(len(trial)), trial.features])
    slopes = np.linalg.lstsq(design, crude_scores(trial))[0]
    return lambda features: slopes[0] + features @ slopes[1:]
