"""Events that kept rows give, with their identifiers; rows that repeat an identifier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from analytics_platform.event_contract import EVENTS
from analytics_platform.ingest.identifiers import fingerprints, mix
from analytics_platform.ingest.sources import ROW, Source
from analytics_platform.ingest.staging import EVENT_COLUMNS, ROW_COLUMNS
from analytics_platform.lakehouse import Lake

# The order is part of every derived identifier.
IDENTITY = (
    "user_id",
    "event_time",
    "event_name",
    "feature",
    "session_id",
    "engagement_seconds",
    "llm_rating",
    "interaction_id",
    "platform",
    "plan",
    "classroom_id",
    "school_id",
)
SAME_EVENT = ("user_id", "event_time", "event_name", "feature")
REJECTS = {"file": pl.Int64, ROW: pl.Int64, "reason": pl.String}


@dataclass(frozen=True)
class Staged:
    """A file whose rows were staged.

    Attributes:
        number: its position in the load, from 0.
        source: the file.
        path: its staged rows.
        rules: how many events a row may give.
    """

    number: int
    source: Source
    path: Path
    rules: int

    def scan(self) -> pl.LazyFrame:
        """Staged rows; see `staging`."""
        return pl.scan_parquet(self.path)

    def rejects(self) -> pl.LazyFrame:
        """Rows that cannot be kept: `REJECTS`."""
        bad = self.scan().filter(pl.col("reason").is_not_null() & ~pl.col("is_ignored"))
        return bad.select(pl.lit(self.number).cast(pl.Int64).alias("file"), ROW, "reason")

    def events(self) -> pl.LazyFrame:
        """Events of the kept rows: columns of the row and of the event, `file`, `rule`, `event_id`.

        `event_id` is what the log says (mixed with the rule for a row's later events), else null.
        """
        return pl.concat(self._given_by(rule) for rule in range(self.rules))

    def _given_by(self, rule: int) -> pl.LazyFrame:
        kept = self.scan().filter(
            pl.col("reason").is_null() & ~pl.col("is_ignored") & pl.col(f"{rule}:applies")
        )
        stated = pl.col("log_event_id")
        return kept.select(
            pl.lit(self.number).cast(pl.Int64).alias("file"),
            pl.lit(rule).cast(pl.Int64).alias("rule"),
            (_numbered(stated, rule) if rule else stated).alias("event_id"),
            *(name for name in ROW_COLUMNS if name not in {"reason", "is_ignored", "log_event_id"}),
            *(pl.col(f"{rule}:{name}").alias(name) for name in EVENT_COLUMNS if name != "applies"),
        )


def _numbered(event_id: pl.Expr, rule: int) -> pl.Expr:
    def numbered(ids: pl.Series) -> pl.Series:
        words = ids.fill_null(0).to_numpy().astype(np.uint64)
        mixed = pl.Series(mix(words, np.full(len(ids), rule, np.uint64)) >> np.uint64(1)).cast(pl.Int64)
        return mixed.to_frame("id").select(pl.when(ids.is_not_null()).then("id")).to_series()

    return event_id.map_batches(numbered, return_dtype=pl.Int64, is_elementwise=True)


def concatenated(files: Iterable[Staged]) -> pl.LazyFrame:
    """Events of several files."""
    return pl.concat(file.events() for file in files)


def identified(events: pl.DataFrame) -> pl.DataFrame:
    """The same events with an `event_id` each.

    Where the log gives none it is derived from what happened (`IDENTITY`) and the position among equal
    events of the file, so that an export that overlaps an earlier one gives its events the same ids.

    Args:
        events: all events of some days, in file order.
    """
    prints = fingerprints(events, IDENTITY)
    positions = np.zeros(events.height, dtype=np.uint64)
    equal = events.select("file", prints).with_row_index().filter(pl.col("fingerprint").is_duplicated())
    positions[equal["index"]] = equal.select(pl.int_range(pl.len()).over("file", "fingerprint")).to_series()
    derived = pl.Series("derived", mix(prints.to_numpy(), positions) >> np.uint64(1)).cast(pl.Int64)
    return events.with_columns(pl.coalesce("event_id", derived))


def repeated_ids(files: Sequence[Staged], lake: Lake) -> pl.DataFrame:
    """Rows whose stated `event_id` already names something else: `REJECTS`.

    The first row with an id stands. A later row of the same file is a duplicate; a row of another file
    (or an event in the lake) that says the same happened is the same event and no fault.
    """
    stated = (
        concatenated(files)
        .select("file", ROW, "event_id", *SAME_EVENT)
        .filter(pl.col("event_id").is_not_null())
    )
    several = stated.group_by("event_id").len().filter(pl.col("len") > 1)
    copies = stated.join(several, on="event_id", how="semi").collect(engine="streaming").sort("file", ROW)
    firsts = copies.group_by("event_id", maintain_order=True).first()
    pairs = copies.join(firsts, on="event_id", suffix="_first")
    is_first = (pl.col("file") == pl.col("file_first")) & (pl.col(ROW) == pl.col(f"{ROW}_first"))
    elsewhere = pl.col("file") != pl.col("file_first")
    rejects = [_reject(pairs.filter(~is_first & ~(elsewhere & _agree("_first"))), "duplicate event_id")]
    if lake.exists(EVENTS.table):
        held = lake.scan(EVENTS.table).select("event_id", *SAME_EVENT)
        clashes = stated.join(held, on="event_id", suffix="_held").filter(~_agree("_held"))
        found = clashes.collect(engine="streaming")
        rejects.append(_reject(found, "event_id of another event in the lake"))
    return pl.concat(rejects).unique(["file", ROW], keep="first", maintain_order=True)


def _agree(suffix: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}{suffix}")) for name in SAME_EVENT)


def _reject(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    return rows.select("file", ROW, pl.lit(reason).alias("reason")).cast(REJECTS)  # pyright: ignore[reportArgumentType]


def without(events: pl.LazyFrame, rejects: pl.DataFrame) -> pl.LazyFrame:
    """Events whose rows were not rejected."""
    return events if rejects.is_empty() else events.join(rejects.lazy(), on=["file", ROW], how="anti")
