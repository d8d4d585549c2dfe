"""The experts' judgements: who judged what, on which scale, and what they say together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.lakehouse import Engine
from analytics_platform.stats.dawid_skene import Consensus, dawid_skene
from analytics_platform.stats.disagreements import Level

PANEL = Path(__file__).with_suffix(".sql").read_text()
UNKNOWN = "unknown"
SLICES = ("feature", "model_version", "prompt_version")
LEAST_RATERS_AN_ITEM = 2.5
"""Judgements an answer below which one rater's word weighs too much for a consensus."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Criterion:
    """All judgements on one criterion.

    Attributes:
        name: of the criterion.
        level: nominal, ordinal or interval.
        rows: interaction_id, rater_id, rater_group, score, event_date, feature, model_version,
            prompt_version; one row a judgement.
    """

    name: str
    level: Level
    rows: pl.DataFrame

    @property
    def is_binary(self) -> bool:
        """Whether scores are 0 and 1 alone."""
        return set(self.rows["score"].unique()) <= {0.0, 1.0}

    @property
    def has_consensus(self) -> bool:
        """Whether enough raters share answers to tell their errors from the answers' faults."""
        return self.rows.height >= LEAST_RATERS_AN_ITEM * self.rows["interaction_id"].n_unique()

    @cached_property
    def consensus(self) -> Consensus | None:
        """What raters agree on, answers and raters in the order of their ids; None where it cannot be told.

        Source: Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates.
        """
        if not (self.is_binary and self.has_consensus):
            return None
        scores = self.rows["score"].to_numpy().astype(np.int64)
        return dawid_skene(codes(self.rows["interaction_id"]), codes(self.rows["rater_id"]), scores, 2)

    def matrix(self, rows: pl.DataFrame) -> Floats:
        """Scores of shape (items, raters) of some of the rows; NaN where a rater did not judge."""
        item, rater = codes(rows["interaction_id"]), codes(rows["rater_id"])
        scores = np.full((item.max(initial=-1) + 1, rater.max(initial=-1) + 1), np.nan)
        scores[item, rater] = rows["score"].to_numpy()
        return scores

    def labels(self) -> pl.DataFrame:
        """One row an answer: the panel's mean score, the consensus, how many judged.

        The consensus is the posterior chance of class 1, null where too few raters share answers to tell
        their errors.
        """
        means = self.rows.group_by("interaction_id", "event_date", *SLICES).agg(
            panel=pl.col("score").mean(), raters=pl.len().cast(pl.Int64)
        )
        found = None if self.consensus is None else pl.Series(self.consensus.posterior[:, 1])
        return means.sort("interaction_id").with_columns(consensus=pl.lit(found, pl.Float64))


def read_panel(engine: Engine) -> list[Criterion]:
    """Every criterion that experts judged, by name."""
    rows = pl.DataFrame(engine.query(PANEL)).sort("criterion", "interaction_id", "rater_id")
    rows = rows.with_columns(_one_group())
    return [
        Criterion(str(name), level_of(own["score"]), own)
        for (name,), own in sorted(rows.group_by("criterion", maintain_order=True))
    ]


def _one_group() -> pl.Expr:
    """The group that a rater is mostly said to be of, in small letters: exports differ."""
    told = pl.col("rater_group").str.to_lowercase()
    known = told.filter(told != UNKNOWN).mode().sort().first().over("rater_id")
    return known.fill_null(UNKNOWN).alias("rater_group")


def level_of(scores: pl.Series) -> Level:
    """Scale of scores: two values are nominal, whole numbers ordinal, others interval."""
    values = scores.unique()
    if len(values) <= 2:
        return "nominal"
    return "ordinal" if (values == values.round()).all() and len(values) <= 11 else "interval"


def slices(
    rows: pl.DataFrame, dimensions: tuple[str, ...] = SLICES
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Dimension, segment and rows: all of them, then by each dimension with more than one value."""
    yield "overall", "all", rows
    for dimension in dimensions:
        segments = rows[dimension].unique().sort()
        if len(segments) > 1:
            for segment in segments:
                yield dimension, str(segment), rows.filter(pl.col(dimension) == segment)


def codes(ids: pl.Series) -> NDArray[np.int64]:
    """Positions among the sorted ids."""
    return np.searchsorted(ids.unique().sort().to_numpy(), ids.to_numpy())
