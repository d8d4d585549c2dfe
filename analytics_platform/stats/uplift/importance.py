"""Which features drive the ranking: what Qini's coefficient loses when a feature is shuffled.

Source: Breiman (2001), Random forests; Fisher, Rudin & Dominici (2019), All models are wrong, but many
are useful.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analytics_platform.stats.uplift.estimates import Estimate, mean
from analytics_platform.stats.uplift.qini import qini
from analytics_platform.stats.uplift.trial import Floats
from analytics_platform.stats.uplift.validation import Validated

SHUFFLES = 3


def importances(
    validated: Validated, columns: Mapping[str, Sequence[int]], seed: int, alpha: float = 0.05
) -> dict[str, Estimate]:
    """The loss of Qini's coefficient by feature, in units of the outcome.

    Args:
        validated: units with their predictions.
        columns: columns of `features` that make up each feature; they are shuffled together, within folds.
        seed: of the shuffles.
        alpha: 1 − level of the intervals, which hold for the rules as learned and the shuffles as drawn.
    """
    random = np.random.default_rng(seed)
    intact = validated.by_fold(qini, validated.predicted)
    losses: dict[str, Estimate] = {}
    for name, places in columns.items():
        shuffled = [_shuffled(validated, list(places), random) for _ in range(SHUFFLES)]
        without = [validated.by_fold(qini, predicted) for predicted in shuffled]
        losses[name] = mean(intact - np.mean(without, axis=0), alpha)
    return losses


def _shuffled(validated: Validated, places: list[int], random: np.random.Generator) -> Floats:
    """Predictions (m,) after the columns at `places` changed hands within each fold."""
    predicted = np.empty(len(validated.fold))
    for fold, predictor in validated.predictors.items():
        members = np.flatnonzero(validated.fold == fold)
        features = validated.features[members]
        features[:, places] = validated.features[random.permutation(members)][:, places]
        predicted[members] = predictor(features)
    return predicted
