"""Users of a log: who appeared when, merged with those that the lake already knows."""

from collections.abc import Sequence

import polars as pl

from analytics_platform.event_contract import USERS
from analytics_platform.ingest.sources import ROW

UNKNOWN_COUNTRY = "ZZ"
UNKNOWN_PLATFORM = "other"
FIRST_KNOWN = ("source_user_id", "country", "platform", "acquisition_channel", "classroom_id", "school_id")


def appearances(events: pl.DataFrame) -> pl.DataFrame:
    """One row per user of some events (any order): the columns of `raw.users`.

    Attributes are the first ever stated; who was once a teacher is one.
    """
    return (
        events.sort("event_time", "file", ROW)
        .with_columns(signed_up_at="event_time", role=_role(pl.col("is_teacher")))
        .pipe(_by_user)
    )


def merged(users: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row per user of several such tables; where they tie, the earlier table is heard first."""
    return pl.concat(users).sort("signed_up_at", maintain_order=True).pipe(_by_user)


def _by_user(frame: pl.DataFrame) -> pl.DataFrame:
    """Collapse rows in order of time."""
    return (
        frame.group_by("user_id", maintain_order=True)
        .agg(
            pl.col("signed_up_at").first(),
            _role((pl.col("role") == "teacher").any()),
            *(pl.col(name).drop_nulls().first() for name in FIRST_KNOWN),
            pl.col("event_date").first(),
        )
        .select(USERS.names)
    )


def _role(is_teacher: pl.Expr) -> pl.Expr:
    return pl.when(is_teacher).then(pl.lit("teacher")).otherwise(pl.lit("student")).alias("role")


def changes(new: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Rows of `raw.users` that must be written: users unknown so far, and known ones that now differ.

    Args:
        new: users of this load.
        held: the lake's rows of these users.
    """
    known = held.with_columns(pl.col("country").replace(UNKNOWN_COUNTRY, None))
    result = merged([known, new]).with_columns(
        pl.col("country").fill_null(UNKNOWN_COUNTRY), pl.col("platform").fill_null(UNKNOWN_PLATFORM)
    )
    once = held.filter(pl.len().over("user_id") == 1)
    return result.join(once, on=USERS.names, how="anti", nulls_equal=True)
