"""Staggered adoption on a multiplicative scale: what the treated would have done, learnt from the untreated.

Gardner's two steps with a Poisson first stage: the rate of untreated cells is a product of effects of unit,
period and covariates, and treated cells are compared with what that product says of them. Ratios stay
comparable where levels do not, as with activity that halves in the holidays.

Source: Wooldridge (2023), *Econometrics Journal* 26; Gardner (2022), arXiv 2207.05943.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.stats.causal.influence import Floats

STEPS = 50
RIDGE = 1e-6


@dataclass(frozen=True)
class ImputedEffect:
    """Treated cells against what they would have been.

    Attributes:
        relative: observed over imputed, less 1.
        relative_low: lower end of its interval, from the replicates' spread of the log ratio.
        relative_high: upper end.
        effect: observed less imputed, for each unit of exposure.
        standard_error: of `effect`, over the replicates.
        low: lower end of the interval of `effect`.
        high: upper end.
        p_value: two-sided, of a ratio of 1.
        control_mean: imputed outcome for each unit of exposure.
    """

    relative: float
    relative_low: float
    relative_high: float
    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float
    control_mean: float


def imputed_effect(
    design: Floats,
    outcome: Floats,
    exposure: Floats,
    treated: NDArray[np.bool_],
    replicates: tuple[Floats, Floats],
    alpha: float = 0.05,
) -> ImputedEffect:
    """Effect on treated cells.

    Args:
        design: effects of unit, period and covariates, shape (cells, k); may be collinear.
        outcome: count of each cell, shape (cells,).
        exposure: what the count is out of, shape (cells,).
        treated: shape (cells,).
        replicates: outcomes and exposures with clusters drawn anew, each of shape (replicates, cells).
        alpha: one less the confidence.

    Raises:
        ValueError: there are no treated or no untreated cells with exposure.
    """
    observed, imputed, base = totals(design, outcome, exposure, treated)
    drawn = np.array([totals(design, *pair, treated) for pair in zip(*replicates, strict=True)])
    logs = np.log(drawn[:, 0] / drawn[:, 1])
    ratio, spread = float(np.log(observed / imputed)), float(np.std(logs, ddof=1))
    z = float(stats.norm.ppf(1 - alpha / 2))
    error = float(np.std((drawn[:, 0] - drawn[:, 1]) / drawn[:, 2], ddof=1))
    effect = (observed - imputed) / base
    return ImputedEffect(
        relative=float(np.expm1(ratio)),
        relative_low=float(np.expm1(ratio - z * spread)),
        relative_high=float(np.expm1(ratio + z * spread)),
        effect=effect,
        standard_error=error,
        low=effect - z * error,
        high=effect + z * error,
        p_value=float(2 * stats.norm.sf(abs(ratio) / spread)) if spread > 0 else float(ratio == 0),
        control_mean=imputed / base,
    )


def totals(
    design: Floats, outcome: Floats, exposure: Floats, treated: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Observed and imputed outcome of the treated cells, and their exposure."""
    held = exposure > 0
    imputed = expected(design, outcome, exposure, held & ~treated)
    told = held & treated
    if not told.any():
        raise ValueError("there are no treated cells")
    return float(outcome[told].sum()), float(imputed[told].sum()), float(exposure[told].sum())


def expected(design: Floats, outcome: Floats, exposure: Floats, learnt: NDArray[np.bool_]) -> Floats:
    """Expected counts of all cells by a Poisson regression on some of them, shape (cells,).

    Args:
        design: shape (cells, k).
        outcome: shape (cells,).
        exposure: shape (cells,).
        learnt: the cells to learn from, with exposure, shape (cells,).

    Raises:
        ValueError: nothing was counted in the cells to learn from.
    """
    if not outcome[learnt].sum() > 0:
        raise ValueError("there is no outcome in untreated cells")
    rows, counts, base = design[learnt], outcome[learnt], exposure[learnt]
    level = float(np.log(counts.sum() / base.sum()))
    slopes = np.zeros(design.shape[1])
    ridge = RIDGE * counts.sum() * np.eye(design.shape[1])
    for _ in range(STEPS):
        fitted = base * np.exp(np.clip(level + rows @ slopes, -20, 20))
        gradient = rows.T @ (counts - fitted) - ridge @ slopes
        step = np.linalg.solve((rows * fitted[:, None]).T @ rows + ridge, gradient)
        slopes += step
        if np.abs(step).max() < 1e-7:
            break
    return exposure * np.exp(np.clip(level + design @ slopes, -20, 20))
