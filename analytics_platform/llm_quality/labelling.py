"""What to label next: answers about which the judge is in doubt come first, and none is left out for good.

Belongs here: who is drawn, with what chance and why. Does not: estimates from the labels (`stats.ppi`, with
one over the chance as weight).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]

PROBABILITY = "unsupported_probability"
EVEN_SHARE = 0.3
"""Part of the labels drawn evenly: a probability may be wrong, and a certain one is checked too."""

UNKNOWN = 0.5


def labelling_queue(candidates: pl.DataFrame, budget: int, seed: int) -> pl.DataFrame:
    """Draw answers to label, each with the chance it had, in random order.

    The chance is proportional to the expected error of a calibrated probability p, √(p(1 − p)), which makes
    the interval by `ppi_mean` shortest, mixed with an even part. Answers without one count as wholly
    in doubt.

    Args:
        candidates: one row an answer without a label, with `unsupported_probability`, calibrated, nullable.
        budget: answers to draw; all of them where there are no more.
        seed: of the draw.

    Returns:
        The rows drawn with `rank` from 1, `sampling_probability` (its inverse is the weight) and `reason`.

    Raises:
        AnalyticsError: the column is missing, a probability lies outside 0 and 1, or the budget is below 0.

    Source: Zrnic and Candès (2024), Active statistical inference, section 4; Madow (1949), On the theory of
    systematic sampling, for exact chances without replacement.
    """
    p = _probabilities(candidates, budget)
    doubt = np.sqrt(np.where(np.isnan(p), UNKNOWN, p) * (1 - np.where(np.isnan(p), UNKNOWN, p)))
    chance = inclusion_chances(doubt, min(budget, len(p)))
    random = np.random.default_rng(seed)
    drawn = _systematic(chance, random)
    in_doubt = doubt * len(p) > doubt.sum()
    reasons = np.where(
        np.isnan(p), "no probability", np.where(in_doubt, "judge in doubt", "check of the rest")
    )
    return candidates[drawn].with_columns(
        rank=pl.int_range(1, len(drawn) + 1, dtype=pl.Int64, eager=True),
        sampling_probability=pl.Series(chance[drawn], dtype=pl.Float64),
        reason=pl.Series(reasons[drawn].tolist(), dtype=pl.String),
    )


def inclusion_chances(doubt: Floats, budget: int) -> Floats:
    """Chance of each to be drawn, of sum `budget` and at most 1; proportional to doubt and an even part.

    Args:
        doubt: expected error, at least 0, shape (n,).
        budget: how many are drawn, at most n.
    """
    total = float(doubt.sum())
    size = np.full(len(doubt), 1 / max(len(doubt), 1))
    if total > 0:
        size = (1 - EVEN_SHARE) * doubt / total + EVEN_SHARE * size
    is_certain = np.zeros(len(doubt), bool)
    while True:
        left = budget - int(is_certain.sum())
        chance = np.where(is_certain, 1.0, size * left / max(float(size[~is_certain].sum()), 1e-300))
        over = (chance >= 1 - 1e-12) & ~is_certain
        if not over.any():
            return chance
        is_certain |= over


def _systematic(chance: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    """Places drawn in random order: equal steps through the chances of a shuffled list."""
    order = random.permutation(len(chance))
    ends = np.cumsum(chance[order])
    marks = random.uniform() + np.arange(round(float(chance.sum())))
    found = np.searchsorted(ends, marks, side="right")
    return random.permutation(order[np.minimum(found, len(chance) - 1)])


def _probabilities(candidates: pl.DataFrame, budget: int) -> Floats:
    if PROBABILITY not in candidates.columns:
        message = f"candidates have no column {PROBABILITY}; take them from llm_quality.interaction_scores."
        raise AnalyticsError(message)
    if budget < 0:
        message = f"budget is {budget}; give how many answers people can label, 0 or more."
        raise AnalyticsError(message)
    p = candidates[PROBABILITY].cast(pl.Float64).fill_null(np.nan).to_numpy()
    outside = np.flatnonzero((p < 0) | (p > 1))
    if outside.size:
        message = f"{PROBABILITY} is {p[outside[0]]} in row {outside[0] + 1}; calibrate scores first."
        raise AnalyticsError(message)
    return p
