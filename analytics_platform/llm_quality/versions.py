"""Which versions answered when, and which two are compared over which days."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

import polars as pl

from analytics_platform.lakehouse import Engine

Kind = Literal["model", "prompt"]
KINDS: tuple[Kind, ...] = ("model", "prompt")
SERVED = """
SELECT event_date, model_version AS model, prompt_version AS prompt, count(*) AS answers
FROM raw.interactions
GROUP BY event_date, model_version, prompt_version
ORDER BY event_date, model_version, prompt_version
"""
LEAST_SHARE = 0.05
UNKNOWN = "unknown"
LEAST_CONCURRENT_DAYS = 7
DAYS = 28


class Pair(NamedTuple):
    """Two versions to compare.

    Attributes:
        kind: model or prompt.
        before: the version before.
        after: the version after.
        basis: concurrent or before_after.
        days_before: first and last day on which answers of the version before count.
        days_after: the same of the version after.
    """

    kind: Kind
    before: str
    after: str
    basis: str
    days_before: tuple[date, date]
    days_after: tuple[date, date]


def served(engine: Engine) -> pl.DataFrame:
    """Answers by event_date, model and prompt."""
    return pl.DataFrame(engine.query(SERVED))


def releases(days: pl.DataFrame) -> list[tuple[date, str]]:
    """Day and name of each version that was not there on the first day, such as (day, `prompt-2`)."""
    found = {
        (first, str(version))
        for kind in KINDS
        for version, first in _present(days, kind).group_by("version").agg(pl.col("event_date").min()).rows()
        if first > days["event_date"].min()
    }
    return sorted(found)


def pairs(days: pl.DataFrame) -> list[Pair]:
    """Each version beside the one before it, of the same kind."""
    return [pair for kind in KINDS for pair in _of_kind(days, kind)]


def _of_kind(days: pl.DataFrame, kind: Kind) -> list[Pair]:
    present = _present(days, kind)
    order = present.group_by("version").agg(pl.col("event_date").min()).sort("event_date", "version")
    versions = [str(version) for version in order["version"]]
    spans = {version: set(present.filter(version=version)["event_date"]) for version in versions}
    return [_pair(kind, one, other, spans[one], spans[other]) for one, other in pairwise(versions)]


def _present(days: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Days and named versions that gave a twentieth of the day's answers: one call is no release."""
    by_version = days.group_by("event_date", pl.col(kind).alias("version")).agg(pl.col("answers").sum())
    share = pl.col("answers") / pl.col("answers").sum().over("event_date")
    return by_version.filter((share >= LEAST_SHARE) & (pl.col("version") != UNKNOWN))


def _pair(kind: Kind, before: str, after: str, old: set[date], new: set[date]) -> Pair:
    shared = sorted(old & new)
    if len(shared) >= LEAST_CONCURRENT_DAYS:
        days = (shared[0], shared[-1])
        return Pair(kind, before, after, "concurrent", days, days)
    release = min(new)
    last_old = max((day for day in old if day < release), default=release - timedelta(days=1))
    return Pair(
        kind,
        before,
        after,
        "before_after",
        (last_old - timedelta(days=DAYS - 1), last_old),
        (release, min(max(new), release + timedelta(days=DAYS - 1))),
    )
