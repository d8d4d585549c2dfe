"""Which metrics are taken apart, by what, and the totals of a comparison that all of them share."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.metrics import METRICS, Metric
from analytics_platform.stats.decomposition import Totals, chosen, totals_of

COUNTS = (
    "dau",
    "new_users",
    "sessions",
    "events",
    "engagement_seconds",
    "ratings",
    "rating_sum",
    "ratings_4_plus",
    "paywall_views",
    "trial_starts",
    "conversions",
    "renewals",
    "cancellations",
    "cohort_1d",
    "retained_1d",
    "cohort_7d",
    "retained_7d",
    "cohort_30d",
    "retained_30d",
    "trials_28d",
    "converted_28d",
)
"""Columns of `counts.sql` that add up over people."""

MEASURED: dict[str, Metric] = {
    name: metric for name, metric in METRICS.items() if set(metric.counts) <= set(COUNTS)
}
"""Registered metrics that people's days add up to."""

OVERALL = "overall"
DIMENSIONS = ("role", "platform", "country", "plan", "acquisition_channel", "state")
MOST_SEGMENTS = 12
OTHER = "other"

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Division:
    """People of a comparison divided by one dimension.

    Attributes:
        dimension: `overall`, or a column of `counts.sql`.
        segments: its values, largest first.
        totals: of all counts, by segment.
        users: people who have any of each count, before and after, shape (S, V).
    """

    dimension: str
    segments: tuple[str, ...]
    totals: Totals
    users: Ints

    def of(self, metric: Metric) -> Totals:
        """The totals of a metric; a count's partner is the active days of people."""
        return chosen(self.totals, *self._places(metric))

    def people(self, metric: Metric) -> Ints:
        """People of each segment that the metric is about, shape (S,)."""
        numerator, denominator = self._places(metric)
        return self.users[:, denominator if metric.is_ratio else numerator]

    @staticmethod
    def _places(metric: Metric) -> tuple[int, int]:
        return COUNTS.index(metric.numerator), COUNTS.index(metric.denominator or "dau")


def divide(rows: pl.DataFrame, dimension: str) -> Division:
    """People and their clusters by one dimension.

    People of one class are one cluster, because a class moves together; all others are one each. Beyond
    twelve segments the smallest are taken together.

    Args:
        rows: of `Comparison.counts`.
        dimension: `overall` or a column.
    """
    segment = pl.lit("all") if dimension == OVERALL else pl.col(dimension).fill_null("unknown")
    named = rows.with_columns(
        segment=segment, person=pl.when(pl.col("classroom_id").is_null()).then("user_id")
    )
    sizes = (
        named.group_by("segment")
        .agg(pl.col("user_id").n_unique())
        .sort("user_id", "segment", descending=[True, False])
    )
    names = sizes["segment"].to_list()
    if len(names) > MOST_SEGMENTS:
        names = [*names[: MOST_SEGMENTS - 1], OTHER]
        named = named.with_columns(
            pl.when(pl.col("segment").is_in(names)).then("segment").otherwise(pl.lit(OTHER)).alias("segment")
        )
    after = pl.col("is_after")
    columns = [
        pl.when(chosen_rows).then(name).otherwise(0.0).sum().alias(f"{name}_{period}")
        for period, chosen_rows in (("before", ~after), ("after", after))
        for name in COUNTS
    ]
    cells = named.group_by("classroom_id", "person", "segment", maintain_order=True).agg(columns)
    clusters = cells.select("classroom_id", "person").unique(maintain_order=True).with_row_index("cluster")
    cells = cells.join(clusters, on=["classroom_id", "person"], nulls_equal=True, maintain_order="left")
    numbers = pl.DataFrame({"segment": names, "at": range(len(names))})
    cells = cells.join(numbers, on="segment", maintain_order="left")
    totals = totals_of(
        cells["cluster"].to_numpy().astype(np.int64),
        cells["at"].to_numpy(),
        cells.select(column.meta.output_name() for column in columns).to_numpy(),
        len(names),
    )
    return Division(dimension, tuple(names), totals, _people(named, numbers))


def _people(named: pl.DataFrame, numbers: pl.DataFrame) -> Ints:
    """People who have any of each count, by segment, shape (S, V)."""
    each = named.group_by("segment", "user_id").agg((pl.col(name) != 0).any() for name in COUNTS)
    sums = each.group_by("segment").agg(pl.col(name).sum() for name in COUNTS)
    return numbers.join(sums, on="segment", maintain_order="left").select(COUNTS).to_numpy().astype(np.int64)
