"""Who moved from which segment to which within 28 days."""

from datetime import date

import numpy as np
import polars as pl

from analytics_platform.stats.wilson import wilson

UNSEEN = "unseen"
"""Not known at the earlier date."""
LEAST_PEOPLE = 30


def transitions(
    earlier: pl.DataFrame, later: pl.DataFrame, method: str, dates: tuple[date, date]
) -> pl.DataFrame:
    """Rows of `behaviour.segment_transitions` for one method.

    Args:
        earlier: user_id and a column of the method's segments, everybody known by the earlier date.
        later: the same by the later one; nobody who was known is missing.
        method: the column.
        dates: the earlier and the later.
    """
    before = earlier.select("user_id", from_segment=pl.col(method))
    after = later.select("user_id", to_segment=pl.col(method))
    pairs = after.join(before, on="user_id", how="left").with_columns(
        pl.col("from_segment").fill_null(UNSEEN)
    )
    counts = pairs.group_by("from_segment", "to_segment").agg(users=pl.len().cast(pl.Int64))
    counts = counts.with_columns(n=pl.col("users").sum().over("from_segment")).sort(
        "from_segment", "to_segment"
    )
    low, high = wilson(counts["users"].to_numpy(), counts["n"].to_numpy())
    enough = counts["n"].to_numpy() >= LEAST_PEOPLE
    limits = {
        "probability": counts["users"].to_numpy() / counts["n"].to_numpy(),
        "probability_low": low,
        "probability_high": high,
    }
    return counts.with_columns(
        pl.lit(method).alias("method"),
        pl.lit(dates[0]).alias("from_as_of_date"),
        pl.lit(dates[1]).alias("to_as_of_date"),
        *(
            pl.Series(name, np.where(enough, values, np.nan)).fill_nan(None)
            for name, values in limits.items()
        ),
    )
