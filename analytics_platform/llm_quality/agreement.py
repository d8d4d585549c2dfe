"""How far experts agree, and who of them is severe."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.llm_quality.panel import SLICES, Criterion, Floats, codes, slices
from analytics_platform.llm_quality.tables import RATER_AGREEMENT, RATER_SEVERITY, Row, as_table
from analytics_platform.stats.agreement import alpha_interval, gwet_ac1
from analytics_platform.stats.classification import balanced_accuracy
from analytics_platform.stats.rater_severity import rater_severity

LEAST_ITEMS = 30
UNUSUAL_Z = 3.0
"""Standard errors from the average beyond which one rater in some hundreds lies by chance."""


def rater_agreement(panel: Sequence[Criterion]) -> pa.Table:
    """Rows of `llm_quality.rater_agreement`."""
    return as_table((row for criterion in panel for row in _agreement(criterion)), RATER_AGREEMENT)


def _agreement(criterion: Criterion) -> Iterator[Row]:
    for dimension, segment, rows in slices(criterion.rows, ("rater_group", *SLICES)):
        shared = rows.filter(pl.len().over("interaction_id") > 1)
        if shared["interaction_id"].n_unique() < LEAST_ITEMS:
            continue
        scores = criterion.matrix(shared)
        alpha = alpha_interval(scores, criterion.level)
        row = {
            "criterion": criterion.name,
            "dimension": dimension,
            "segment": segment,
            "level": criterion.level,
            "items": alpha.items,
            "raters": alpha.raters,
            "ratings": alpha.ratings,
            "alpha": alpha.alpha,
            "alpha_low": alpha.low,
            "alpha_high": alpha.high,
        }
        if criterion.is_binary:
            ac1, ceiling = gwet_ac1(scores), balanced_accuracy(*one_against_others(scores))
            row |= {"ac1": ac1.estimate, "ac1_low": ac1.low, "ac1_high": ac1.high}
            row |= {
                "human_ceiling": ceiling.estimate,
                "human_ceiling_low": ceiling.low,
                "human_ceiling_high": ceiling.high,
            }
        yield row


def one_against_others(scores: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Majority of the others and word of one rater, drawn by turns, where the others are not split.

    Args:
        scores: 0 or 1, NaN where a rater did not judge, shape (items, raters).

    Returns:
        Truth and verdict, each of shape (items used,).
    """
    known = ~np.isnan(scores)
    counts = known.sum(axis=1)
    rows = np.flatnonzero(counts > 1)
    turn = np.arange(len(rows)) % counts[rows]
    place = np.argmax(np.cumsum(known[rows], axis=1) == (turn + 1)[:, None], axis=1)
    own = scores[rows, place]
    others = (np.nansum(scores[rows], axis=1) - own) / (counts[rows] - 1)
    is_split = others == 0.5
    return (others > 0.5)[~is_split], (own == 1.0)[~is_split]


def severities(panel: Sequence[Criterion]) -> pa.Table:
    """Rows of `llm_quality.rater_severity`."""
    return as_table((row for criterion in panel for row in _severities(criterion)), RATER_SEVERITY)


def _severities(criterion: Criterion) -> Iterator[Row]:
    rows = criterion.rows
    if rows["rater_id"].n_unique() < 2 or rows["interaction_id"].n_unique() < LEAST_ITEMS:
        return
    raters = rows["rater_id"].unique().sort()
    item, rater = codes(rows["interaction_id"]), codes(rows["rater_id"])
    found = rater_severity(item, rater, rows["score"].to_numpy())
    errors = None if criterion.consensus is None else criterion.consensus.confusion
    known = {
        row["rater_id"]: row
        for row in rows.group_by("rater_id")
        .agg(pl.col("rater_group").first(), pl.len().alias("n"), pl.col("score").mean())
        .iter_rows(named=True)
    }
    for at, rater_id in enumerate(raters):
        spread = (found.high[at] - found.low[at]) / 2 / 1.959964
        yield {
            "criterion": criterion.name,
            "rater_id": rater_id,
            "rater_group": known[rater_id]["rater_group"],
            "ratings": known[rater_id]["n"],
            "mean_score": known[rater_id]["score"],
            "severity": float(found.severity[at]),
            "severity_low": float(found.low[at]),
            "severity_high": float(found.high[at]),
            "sensitivity": None if errors is None else float(errors[at, 1, 1]),
            "specificity": None if errors is None else float(errors[at, 0, 0]),
            "is_unusual": bool(abs(found.severity[at]) > UNUSUAL_Z * spread),
        }
