"""Kinds of users: by lifecycle, by recency, frequency and depth, and as found by k-means.

Belongs here: who is in which segment, what sets segments apart, who moves between them. Does not: how many
clusters are believed (`stats.cluster_stability`), or states of each day (`behaviour.lifecycle_daily`).
"""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.segments.clusters import Clusters, find_clusters
from analytics_platform.behaviour.segments.features import people_at
from analytics_platform.behaviour.segments.profiles import profiles
from analytics_platform.behaviour.segments.rules import deep_seconds, lifecycle, rfm
from analytics_platform.behaviour.segments.tables import (
    DESCRIPTIONS,
    FITS,
    KEYS,
    PROFILES,
    SCHEMAS,
    SEGMENTS,
    TRANSITIONS,
)
from analytics_platform.behaviour.segments.transitions import transitions
from analytics_platform.lakehouse import Check, Engine, load_checks
from analytics_platform.lakehouse.check import unique_rows

METHODS = ("lifecycle", "rfm", "kmeans")
DAYS_BETWEEN = 28

CHECKS: tuple[Check, ...] = (
    *(unique_rows(table, key) for table, key in KEYS.items()),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["CHECKS", "DESCRIPTIONS", "KEYS", "METHODS", "SCHEMAS", "segment_tables"]


def segment_tables(engine: Engine, as_of: date) -> dict[str, pa.Table]:
    """All tables of segments, as of a day and 28 days before.

    What is learned, the cut of depth and the clusters, is learned on the later date and used at both, so that
    people move and segments stay.

    Args:
        engine: answers from `activity.user_days`.
        as_of: last full reporting day.

    Returns:
        Rows of `SCHEMAS`, each table by its key.
    """
    people = people_at(engine, as_of)
    clusters, deep = find_clusters(people), deep_seconds(people)
    dates = (as_of - timedelta(days=DAYS_BETWEEN), as_of)
    placed = {
        day: _placed(everybody, clusters, deep)
        for day, everybody in ((dates[0], people_at(engine, dates[0])), (as_of, people))
        if not everybody.is_empty()
    }
    frames = {
        SEGMENTS: [_assignments(found, day) for day, found in placed.items()],
        PROFILES: [profiles(found, METHODS, day) for day, found in placed.items()],
        TRANSITIONS: [
            transitions(placed[dates[0]], placed[as_of], method, dates)
            for method in METHODS
            if len(placed) > 1
        ],
        FITS: [_fits(clusters, people, as_of)],
    }
    return {table: _arrow(table, found) for table, found in frames.items()}


def _placed(people: pl.DataFrame, clusters: Clusters, deep: float) -> pl.DataFrame:
    """People with a column of segments a method."""
    return people.with_columns(lifecycle=lifecycle(), rfm=rfm(deep), kmeans=clusters.assign(people))


def _assignments(people: pl.DataFrame, day: date) -> pl.DataFrame:
    return pl.concat(
        people.select(
            pl.lit(day).alias("as_of_date"),
            pl.lit(method).alias("method"),
            "user_id",
            pl.col(method).alias("segment"),
        )
        for method in METHODS
    )


def _fits(clusters: Clusters, people: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """A row for each number of clusters tried, and one for none."""
    tried = {each.clusters: each for each in clusters.stabilities}
    active = people.filter(pl.col("active_days") > 0).height
    in_force = len(clusters.names)
    if not tried:
        said = f"{active:,} active people are too few to look for clusters."
    elif in_force == 1:
        said = "No number of clusters from 2 to 8 is stable: the active users are one cloud."
    else:
        said = f"{in_force} clusters come back in resamples and beat fewer; no more, up to 8, do."
    rows = [
        {
            "as_of_date": as_of,
            "clusters": number,
            "people": active,
            **(
                {
                    "mean_ari": each.mean_ari,
                    "null_ari": each.null_ari,
                    "least_jaccard": each.least_jaccard,
                    "explained_share": each.explained_share,
                    "null_explained_share": each.null_explained_share,
                    "lead": each.lead,
                    "is_stable": each.is_stable,
                }
                if (each := tried.get(number))
                else {"is_stable": False}
            ),
            "is_chosen": number == in_force,
            "sentence": said,
        }
        for number in sorted({1, *tried})
    ]
    return pl.DataFrame(pa.Table.from_pylist(rows, SCHEMAS[FITS]))


def _arrow(table: str, frames: list[pl.DataFrame]) -> pa.Table:
    """Frames as one table to be stored, by its key."""
    if not frames:
        return SCHEMAS[table].empty_table()
    rows = pl.concat(frames, how="diagonal").select(SCHEMAS[table].names).sort(KEYS[table])
    return rows.to_arrow().cast(SCHEMAS[table])
