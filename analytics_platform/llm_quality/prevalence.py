"""How many answers are at fault: the judge's word, the experts' labels, and both together side by side.

Labels of weeks with few are weighted up, so that they stand for the answers given and not for the panel's
diary. Source: Angelopoulos, Duchi and Zrnic (2023), PPI++: efficient prediction-powered inference.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.llm_quality.judged import Pairing
from analytics_platform.llm_quality.panel import Floats, slices
from analytics_platform.llm_quality.tables import PREVALENCE, Row, as_table
from analytics_platform.stats import ppi
from analytics_platform.stats.estimate import Estimate

LEAST_LABELS = 30
LABELS_BY = ("panel", "consensus")


def prevalence(paired: Iterable[Pairing], alphas: Mapping[str, float]) -> pa.Table:
    """Rows of `llm_quality.prevalence`.

    Args:
        paired: of `pairings`.
        alphas: agreement of the experts by criterion.
    """
    return as_table(
        (
            row | {"human_alpha": alphas.get(pairing.criterion.name)}
            for pairing in paired
            for row in _rows(pairing)
        ),
        PREVALENCE,
    )


def _rows(pairing: Pairing) -> Iterator[dict[str, Any]]:
    for labels_by in LABELS_BY:
        rows = pairing.rows.rename({labels_by: "label"})
        if labels_by == "consensus" and rows["label"].count() < LEAST_LABELS:
            continue
        about = {"criterion": pairing.criterion.name, "judge": pairing.judge, "labels_by": labels_by}
        for dimension, segment, own in slices(rows):
            yield from _estimates(own, about | {"period": "all", "dimension": dimension, "segment": segment})
        months = rows.with_columns(period=pl.col("event_date").dt.strftime("%Y-%m"))
        for (period,), own in sorted(months.group_by("period")):
            yield from _estimates(own, about | {"period": period, "dimension": "overall", "segment": "all"})


def _estimates(rows: pl.DataFrame, about: Row) -> Iterator[dict[str, Any]]:
    """One row a method for some answers."""
    sample = drawn(rows)
    n_labels = int(rows["label"].count())
    judged = rows.height - n_labels
    common = {
        **about,
        "first_date": rows["event_date"].min(),
        "last_date": rows["event_date"].max(),
        "labels": n_labels,
        "judged": judged,
    }
    plain = ppi.naive(rows["probability"].to_numpy(), [])
    yield common | {"method": "naive", "estimate": plain.estimate, "low": plain.low, "high": plain.high}
    if n_labels < LEAST_LABELS or not judged:
        return
    alone = ppi.labels_only(sample.labels, weights=sample.weights)
    yield common | {"method": "labels_only", **_within(alone)}
    both = ppi.ppi_mean(sample.labels, sample.judged, sample.unjudged, weights=sample.weights)
    yield common | {
        "method": "ppi",
        **_within(both),
        "lambda": both.lam,
        "effective_labels": both.effective_labels,
    }


def _within(found: Estimate | ppi.PPI) -> dict[str, float]:
    """Estimate and limits, none of them outside 0 and 1: means of labels between know no such bounds."""
    low, estimate, high = np.clip([found.low, found.estimate, found.high], 0.0, 1.0).tolist()
    return {"estimate": estimate, "low": low, "high": high}


def drawn(rows: pl.DataFrame) -> ppi.Judged:
    """Labels with the judge's word on them, its word on the rest, and the labels' weights.

    Args:
        rows: event_date, probability and label (null where no expert judged).
    """
    week = pl.col("event_date").dt.truncate("1w")
    weight = pl.len().over(week) / pl.col("label").count().over(week)
    known = pl.col("label").is_not_null()
    weighted = rows.with_columns(weight=weight)
    labelled = weighted.filter(known)
    weights: Floats = labelled["weight"].to_numpy()
    return ppi.Judged(
        labels=labelled["label"].to_numpy(),
        judged=labelled["probability"].to_numpy(),
        unjudged=weighted.filter(~known)["probability"].to_numpy(),
        weights=weights / weights.mean() if len(weights) else weights,
    )
