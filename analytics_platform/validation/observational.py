"""Certificates of effects where treatment was not randomised, or not taken up by all who were offered it.

Belongs here: estimators on data whose confounders are known, with nuisances of the right form, cross-fitted.
Does not: whether a product's data hold all confounders, which no simulation can tell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics_platform.stats.causal.doubly_robust import aipw
from analytics_platform.stats.causal.instrument import complier_effect
from analytics_platform.stats.causal.nuisance import Nuisances
from analytics_platform.stats.causal.partially_linear import common_slope, partially_linear
from analytics_platform.stats.causal.regression import adjusted_difference, naive_difference
from analytics_platform.stats.causal.weighting import weighted_difference
from analytics_platform.validation.bands import one_sided
from analytics_platform.validation.cells import Cell, Floats, Outcomes, coverage

UNITS = 600
EFFECT = 0.5
BASE = 5.0
FOLDS = 5
NEWTON_STEPS = 12

AT_LEAST = tuple(
    target if target.quantity == "answered" else replace(target, band=one_sided(target.band))
    for target in coverage("absolute")
)
"""For intervals that are wider than they need be, as those of weights taken for known."""
WIDER = (
    "conservative: weights by an estimated chance that is taken as known make the interval wider than need be"
)

Limits = tuple[float | None, float | None]


@dataclass(frozen=True)
class Observed:
    """Units who chose their treatment.

    Attributes:
        covariates: confounders, shape (n, k).
        treated: shape (n,).
        outcome: shape (n,).
    """

    covariates: Floats
    treated: NDArray[np.bool_]
    outcome: Floats


def adopters(random: np.random.Generator) -> Observed:
    """Units whose treatment and outcome both depend on what they are; the effect is one for all."""
    covariates = random.standard_normal((UNITS, 3))
    treated = random.random(UNITS) < special.expit(0.7 * covariates[:, 0] - 0.4 * covariates[:, 1])
    level = BASE + covariates @ np.array([1.0, 0.5, 0.3])
    return Observed(covariates, treated, level + EFFECT * treated + random.standard_normal(UNITS))


def nuisances(data: Observed) -> Nuisances:
    """Logistic and least-squares predictions of each fifth from the others, as `cross_fit` divides units."""
    design = np.column_stack([np.ones(UNITS), data.covariates])
    fold = np.arange(UNITS) % FOLDS
    chance, control, treatment, whole = np.empty((4, UNITS))
    for part in range(FOLDS):
        own, rest = fold == part, fold != part
        chance[own] = special.expit(design[own] @ _logistic(design[rest], data.treated[rest]))
        for predicted, kept in ((control, ~data.treated), (treatment, data.treated), (whole, rest)):
            learnt = rest & kept
            predicted[own] = (
                design[own] @ np.linalg.lstsq(design[learnt], data.outcome[learnt], rcond=None)[0]
            )
    return Nuisances(chance, control, treatment, whole, {})


def naive(data: Observed) -> Limits:
    """The plain difference."""
    found = naive_difference(data.outcome, data.treated)
    return found.low, found.high


def regression(data: Observed) -> Limits:
    """A line for each arm."""
    found = adjusted_difference(data.covariates, data.outcome, data.treated)
    return found.low, found.high


def one_slope(data: Observed) -> Limits:
    """One line for both arms."""
    found = common_slope(data.covariates, data.outcome, data.treated)
    return found.low, found.high


def ipw(data: Observed) -> Limits:
    """Weights by the chance of treatment, which are taken as known."""
    found = weighted_difference(data.outcome, data.treated, nuisances(data).propensity)
    return found.low, found.high


def doubly_robust(data: Observed) -> Limits:
    """AIPW."""
    found = aipw(data.outcome, data.treated, nuisances(data))
    return found.low, found.high


def double_machine_learning(data: Observed) -> Limits:
    """Residual on residual."""
    found = partially_linear(data.outcome, data.treated, nuisances(data))
    return found.low, found.high


def encouraged(random: np.random.Generator) -> Limits:
    """Half are encouraged; compliers differ from others, and gain `EFFECT`."""
    offered = np.arange(UNITS) % 2 == 0
    kind = random.choice(3, UNITS, p=[0.4, 0.2, 0.4])
    taken = (kind == 1) | ((kind == 0) & offered)
    outcome = BASE + 0.8 * (kind == 1) + EFFECT * taken + random.standard_normal(UNITS)
    found = complier_effect(offered, taken, outcome)
    return found.low, found.high


def simulate(
    once: Callable[[np.random.Generator], Limits], random: np.random.Generator, replications: int
) -> Outcomes:
    """One interval after another; one without bounds misses nothing."""
    limits = np.array([once(random) for _ in range(replications)], dtype=np.float64)
    below, above = limits[:, 0] > EFFECT, limits[:, 1] < EFFECT
    return {
        ("coverage", "absolute"): ~(below | above),
        ("lower_miss", "absolute"): below,
        ("upper_miss", "absolute"): above,
        ("answered", "absolute"): np.isfinite(limits[:, 0]) & np.isfinite(limits[:, 1]),
    }


def cells() -> Iterator[Cell]:
    """Estimators on confounded adoption, the naive one as a foil, and the encouragement."""
    methods = {
        "regression": regression,
        "aipw": doubly_robust,
        "dml": double_machine_learning,
        "ipw": ipw,
        "naive": naive,
    }
    note = f"{UNITS} units, three known confounders, nuisances of the right form"
    for method, estimate in methods.items():
        once = partial(simulate, partial(_of_adopters, estimate))
        targets = AT_LEAST if method == "ipw" else coverage("absolute")
        said = f"{note}; {WIDER}" if method == "ipw" else note
        cell = Cell(method, "mean", "confounded", "small", once, targets, said)
        yield cell if method != "naive" else cell.shown_failing("foil: adopters differ from others")
    once = partial(simulate, partial(_of_adopters, one_slope))
    yield Cell("regression", "mean", "confounded, one slope", "small", once, coverage("absolute"), note)
    note = f"{UNITS} units, half encouraged, 40 % comply"
    yield Cell(
        "wald_cace",
        "mean",
        "encouragement",
        "small",
        partial(simulate, encouraged),
        coverage("absolute"),
        note,
    )


def _of_adopters(estimate: Callable[[Observed], Limits], random: np.random.Generator) -> Limits:
    return estimate(adopters(random))


def _logistic(design: Floats, target: NDArray[np.bool_]) -> Floats:
    """Maximum likelihood by Newton's method."""
    weights = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = special.expit(design @ weights)
        curvature = (design * (chance * (1.0 - chance))[:, None]).T @ design
        weights += np.linalg.solve(curvature, design.T @ (target - chance))
    return weights
