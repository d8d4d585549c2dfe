"""What sets each segment apart: means of features with intervals, and the largest differences in words."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from analytics_platform.behaviour.segments.clusters import NAMED_AT, word_of
from analytics_platform.behaviour.segments.features import FEATURES, Feature

LEAST_PEOPLE = 30
MOST_WORDS = 3
Z = 1.959964
BY_NAME = {feature.name: feature for feature in FEATURES}


def profiles(people: pl.DataFrame, methods: Sequence[str], as_of: date) -> pl.DataFrame:
    """Rows of `behaviour.segment_profiles` for one date.

    Args:
        people: of `people_at`, with a column of segments a method.
        methods: those columns.
        as_of: the date.
    """
    rows = pl.concat([_of_feature(people, method, feature) for method in methods for feature in FEATURES])
    group = ["method", "segment"]
    size = pl.col("difference").abs()
    rank = size.rank("ordinal", descending=True).over(group)
    rows = rows.with_columns(as_of_date=pl.lit(as_of), difference_rank=rank.cast(pl.Int64))
    is_large = (pl.col("difference_rank") <= MOST_WORDS) & (size >= NAMED_AT)
    rows = rows.with_columns(is_distinguishing=is_large.fill_null(value=False))
    return rows.join(_words(rows), on=group, how="left", maintain_order="left")


def _of_feature(people: pl.DataFrame, method: str, feature: Feature) -> pl.DataFrame:
    """Mean, interval and difference of one feature in each segment of a method."""
    value = pl.col(feature.name).cast(pl.Float64)
    scaled = value.log1p() if feature.is_logged else value
    spread = scaled.std(ddof=0)
    everybody = people.select(middle=scaled.mean(), spread=pl.when(spread > 0).then(spread))
    middle, deviation = everybody.row(0)
    found = people.group_by(pl.col(method).alias("segment")).agg(
        users=pl.len().cast(pl.Int64),
        n=value.count().cast(pl.Int64),
        mean_value=value.mean(),
        error=value.std() / value.count().sqrt(),
        difference=(scaled.mean() - middle) / deviation,
    )
    reach = pl.when(pl.col("n") >= LEAST_PEOPLE).then(Z * pl.col("error"))
    return found.select(
        pl.lit(method).alias("method"),
        "segment",
        pl.lit(feature.name).alias("feature"),
        pl.lit(feature.unit).alias("unit"),
        "users",
        (pl.col("users") / len(people)).alias("user_share"),
        "n",
        "mean_value",
        (pl.col("mean_value") - reach).alias("mean_low"),
        (pl.col("mean_value") + reach).alias("mean_high"),
        pl.col("difference").cast(pl.Float64),
    )


def _words(rows: pl.DataFrame) -> pl.DataFrame:
    """The distinguishing words of each segment, the largest difference first."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows.sort("difference_rank").iter_rows(named=True):
        own = found.setdefault((row["method"], row["segment"]), [])
        if row["is_distinguishing"]:
            own.append(word_of(BY_NAME[row["feature"]], row["difference"]))
    words = [(*key, ", ".join(own) or "like everybody") for key, own in found.items()]
    return pl.DataFrame(words, {"method": pl.String, "segment": pl.String, "words": pl.String}, orient="row")
