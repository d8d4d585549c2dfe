"""What doubly robust methods need first: chances of treatment and expected outcomes of units held out.

Each nuisance is learnt by a linear and by a boosted model; the one with the smaller loss on units held out is
used (the discrete super learner). Folds keep clusters together, so that no classmate is learnt from.

Source: van der Laan, Polley and Hubbard (2007), *Stat. Appl. Genet. Mol. Biol.* 6, for
the choice; Chernozhukov et al. (2018), *Econometrics Journal* 21, for the folds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from analytics_platform.stats.causal.influence import Floats

SMALLEST_CHANCE = 1e-6
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Nuisances:
    """Predictions for every unit by models that have not seen its fold.

    Attributes:
        propensity: chance of treatment, shape (n,).
        control_outcome: expected outcome without treatment, shape (n,).
        treated_outcome: expected outcome with treatment, shape (n,).
        expected_outcome: expected outcome whatever the treatment, shape (n,).
        learners: which learner each nuisance took, `linear` or `boosted`.
    """

    propensity: Floats
    control_outcome: Floats
    treated_outcome: Floats
    expected_outcome: Floats
    learners: dict[str, str]


@threadpool_limits.wrap(limits=1)  # Boosting's threads wait by spinning: many times slower on busy cores.
def cross_fit(
    covariates: Floats,
    outcome: Floats,
    treated: NDArray[np.bool_],
    clusters: NDArray | None = None,
    folds: int = 5,
    seed: int = 0,
) -> Nuisances:
    """Learn all nuisances by cross-fitting.

    Args:
        covariates: shape (n, k).
        outcome: shape (n,).
        treated: shape (n,).
        clusters: units of one cluster share a fold, shape (n,).
        folds: how many.
        seed: of the folds and learners.

    Raises:
        ValueError: an arm is too small to be learnt from in every fold.
    """
    fold = folds_of(len(outcome), clusters, folds, seed)
    for part in range(folds):
        rest = fold != part
        if min(treated[rest].sum(), (~treated[rest]).sum()) < 10 or not (fold == part).any():
            raise ValueError("too few treated or untreated units to learn from in every fold")
    everybody = np.ones(len(outcome), dtype=bool)
    chance, by_chance = _predict(covariates, treated.astype(float), everybody, fold, seed, is_chance=True)
    control, by_control = _predict(covariates, outcome, ~treated, fold, seed, is_chance=False)
    with_it, by_treated = _predict(covariates, outcome, treated, fold, seed, is_chance=False)
    whole, by_whole = _predict(covariates, outcome, everybody, fold, seed, is_chance=False)
    names = {
        "propensity": by_chance,
        "control_outcome": by_control,
        "treated_outcome": by_treated,
        "expected_outcome": by_whole,
    }
    return Nuisances(np.clip(chance, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE), control, with_it, whole, names)


def folds_of(n: int, clusters: NDArray | None, folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of each unit, shape (n,); units of a cluster share one."""
    draw = np.random.default_rng(seed)
    if clusters is None:
        return draw.permutation(n) % folds
    names, place = np.unique(clusters, return_inverse=True)
    return (draw.permutation(len(names)) % folds)[place]


def _predict(
    covariates: Floats,
    target: Floats,
    learnt: NDArray[np.bool_],
    fold: NDArray[np.int64],
    seed: int,
    *,
    is_chance: bool,
) -> tuple[Floats, str]:
    """Held-out predictions for all units by the learner of smaller loss on the units learnt from."""
    best: tuple[float, Floats, str] | None = None
    for name, learner in _learners(seed, is_chance=is_chance):
        predicted = np.empty(len(target))
        for part in np.unique(fold):
            own, rest = fold == part, (fold != part) & learnt
            model = learner.fit(covariates[rest], target[rest])
            predicted[own] = (
                model.predict_proba(covariates[own])[:, 1] if is_chance else model.predict(covariates[own])
            )
        loss = float(np.mean((target - predicted)[learnt] ** 2))
        if best is None or loss < best[0]:
            best = (loss, predicted, name)
    assert best is not None
    return best[1], best[2]


def _learners(seed: int, *, is_chance: bool) -> Sequence[tuple[str, Any]]:
    shape: dict[str, Any] = {
        "max_iter": 80,
        "learning_rate": 0.05,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 30,
    }
    if is_chance:
        linear = LogisticRegression(max_iter=2000)
        boosted = HistGradientBoostingClassifier(**shape, random_state=seed)
    else:
        linear = RidgeCV(PENALTIES)
        boosted = HistGradientBoostingRegressor(**shape, random_state=seed)
    return (("linear", make_pipeline(StandardScaler(), linear)), ("boosted", boosted))
