"""Do teachers judge answers as students do? On the same items, allowing for who is severe.

Teachers ask for other things than students and get other answers, so the difference of two means mixes who
rates with what is rated. Within an item (the same text, or answers of one feature, version and day) only the
first is left.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality.panel import Criterion, slices
from analytics_platform.llm_quality.tables import SATISFACTION_GAP, as_table
from analytics_platform.stats.rater_severity import group_gap

RATINGS = Path(__file__).with_suffix(".sql").read_text()
COUNT = "SELECT count(*) AS ratings FROM activity.events WHERE event_name = 'rated' AND NOT is_bot"
MOST_RATINGS = 100_000
"""Ratings beyond which some users stand for all: the interval of 100,000 is a hundredth of a star."""

LEAST_RATERS = 5
LEAST_ITEMS = 10
CELL = ("feature", "model_version", "prompt_version", "event_date")
DIMENSIONS = ("feature", "model_version")
DRAWS = 400


def satisfaction_gap(engine: Engine, panel: Sequence[Criterion], seed: int) -> pa.Table:
    """Rows of `llm_quality.satisfaction_gap`."""
    return as_table([*_of_users(engine, seed), *_of_panel(panel, seed)], SATISFACTION_GAP)


def read_ratings(engine: Engine) -> pl.DataFrame:
    """Stars of whole users, about 100,000 at most: rater, is_first (teacher), score, item columns."""
    total = engine.query(COUNT)["ratings"][0].as_py()
    kept = max(1, min(1000, 1000 * MOST_RATINGS // max(total, 1)))
    return pl.DataFrame(engine.query(RATINGS, {"kept": kept}))


def _of_users(engine: Engine, seed: int) -> Iterator[dict[str, Any]]:
    rows = read_ratings(engine)
    kinds = {
        "answer": rows.drop_nulls("content_hash").with_columns(item=pl.struct("content_hash")),
        "cell": rows.with_columns(item=pl.struct(*CELL)),
    }
    for item, rated in kinds.items():
        about = {"source": "user_ratings", "criterion": "stars", "item": item}
        for dimension, segment, own in slices(rated, DIMENSIONS):
            yield from _gap(own, about | {"dimension": dimension, "segment": segment}, seed)


def _of_panel(panel: Sequence[Criterion], seed: int) -> Iterator[dict[str, Any]]:
    for criterion in panel:
        rows = criterion.rows.with_columns(
            rater=pl.col("rater_id"),
            is_first=pl.col("rater_group") == "teacher",
            item=pl.struct("interaction_id"),
        )
        about = {"source": "panel", "criterion": criterion.name, "item": "answer"}
        for dimension, segment, own in slices(rows, ("feature",)):
            yield from _gap(own, about | {"dimension": dimension, "segment": segment}, seed)


def _gap(rows: pl.DataFrame, about: dict[str, Any], seed: int) -> Iterator[dict[str, Any]]:
    both = rows.group_by("item").agg(pl.col("is_first").any() & ~pl.col("is_first").all())
    raters = [rows.filter(is_first=side)["rater"].n_unique() for side in (True, False)]
    if min(raters) < LEAST_RATERS or both["is_first"].sum() < LEAST_ITEMS:
        return
    first = rows["is_first"].to_numpy()
    score = rows["score"].to_numpy()
    found = group_gap(
        rows["item"].rank("dense").to_numpy().astype(np.int64),
        rows["rater"].rank("dense").to_numpy().astype(np.int64),
        score,
        first,
        draws=DRAWS,
        seed=seed,
    )
    yield about | {
        "first_mean": float(score[first].mean()),
        "second_mean": float(score[~first].mean()),
        "raw_gap": found.raw_gap,
        "raw_low": found.raw_low,
        "raw_high": found.raw_high,
        "within_item_gap": found.gap,
        "gap_low": found.low,
        "gap_high": found.high,
        "items": int(both["is_first"].sum()),
        "first_raters": found.first_raters,
        "second_raters": found.second_raters,
    }
