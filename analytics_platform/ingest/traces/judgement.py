"""Which staged rows are new, which the lake or the load holds already, and which cannot stand.

A call or a rating that says the same again is a repetition and no fault. One that says something else
under the same key is rejected, since raw rows are never rewritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics_platform.event_contract import HUMAN_RATINGS, INTERACTIONS, Contract
from analytics_platform.ingest.events import REJECTS
from analytics_platform.ingest.sources import ROW
from analytics_platform.lakehouse import Lake

UNKNOWN_CALL = "interaction is not in the lake"
DIFFERENT = {
    INTERACTIONS.table: ("duplicate interaction_id", "interaction differs from the one in the lake"),
    HUMAN_RATINGS.table: ("duplicate rating", "rating differs from the one in the lake"),
}
LIGHT = {"file": pl.Int64, ROW: pl.Int64, "reason": pl.String, "is_ignored": pl.Boolean}


@dataclass(frozen=True)
class Judged:
    """Rows of one kind.

    Attributes:
        rows: per staged row `file, #row, reason, is_ignored`, the contract's key, `print`, `is_new`
            and `event_date`; texts stay in the staged files.
        staged: the staged files, whole.
    """

    rows: pl.DataFrame
    staged: pl.LazyFrame

    def rejects(self) -> pl.DataFrame:
        """Rows of files that cannot be kept, one each: `REJECTS`."""
        bad = self.rows.filter(pl.col("reason").is_not_null() & ~pl.col("is_ignored"))
        return bad.unique(["file", ROW], keep="first", maintain_order=True).select(list(REJECTS))

    def kept(self) -> pl.DataFrame:
        """Rows that stand, new or repeated."""
        return self.rows.filter(pl.col("reason").is_null() & ~pl.col("is_ignored"))

    def whole(self, wanted: pl.Expr | bool = True) -> pl.LazyFrame:  # noqa: FBT001, FBT002
        """Standing rows with all their staged columns."""
        keys = [name for name in self.rows.columns if name not in {"reason", "is_ignored", "is_new", "print"}]
        some = self.kept().filter(wanted).select(keys)
        return self.staged.join(some.lazy(), on=keys, how="semi")


def judge_interactions(staged: Sequence[pl.LazyFrame], lake: Lake) -> Judged:
    """Judge the calls of a load; one frame for each file, in order."""
    return _judged(staged, INTERACTIONS, lake)


def judge_ratings(staged: Sequence[pl.LazyFrame], calls: Judged, lake: Lake) -> Judged:
    """Judge the ratings of a load: each must mean a call that the lake holds or the load brings."""
    judged = _judged(staged, HUMAN_RATINGS, lake)
    known = calls.kept()["interaction_id"].unique()
    asked = judged.rows["interaction_id"].drop_nulls().unique()
    if lake.exists(INTERACTIONS.table):
        mine = pl.col("interaction_id").is_in(asked.implode())
        held = lake.scan(INTERACTIONS.table).select("interaction_id").filter(mine).collect().to_series()
        known = pl.concat([known, held])
    is_unknown = ~pl.col("interaction_id").is_in(known.implode())
    rows = judged.rows.with_columns(
        pl.coalesce("reason", pl.when(is_unknown & ~pl.col("is_ignored")).then(pl.lit(UNKNOWN_CALL)))
    )
    return Judged(_by_row(rows), judged.staged)


def _judged(staged: Sequence[pl.LazyFrame], contract: Contract, lake: Lake) -> Judged:
    key = list(contract.key)
    schema = {**LIGHT, **contract.polars_schema()}
    numbered = [frame.with_columns(pl.lit(n, dtype=pl.Int64).alias("file")) for n, frame in enumerate(staged)]
    whole = pl.concat(numbered) if numbered else pl.LazyFrame(schema=schema)
    light = whole.select(*LIGHT, *key, "event_date", _print(contract)).collect(engine="streaming")
    rows = light.sort("file", ROW, maintain_order=True).with_row_index("position")
    is_good = pl.col("reason").is_null() & ~pl.col("is_ignored")
    first = pl.col("position").filter(is_good).min().over(key)
    rows = rows.with_columns(is_new=is_good & (pl.col("position") == first)).drop("position")
    duplicate, different = DIFFERENT[contract.table]
    rows = _against(rows, rows.filter("is_new"), key, duplicate).drop("is_known")
    if lake.exists(contract.table):
        rows = _against(rows, _held(contract, rows, lake), key, different)
        rows = rows.with_columns(is_new=pl.col("is_new") & ~pl.col("is_known")).drop("is_known")
    return Judged(_by_row(rows), whole)


def _against(rows: pl.DataFrame, others: pl.DataFrame, key: list[str], reason: str) -> pl.DataFrame:
    """Rows with `is_known`, whether another row has their key, and a reason where that says otherwise."""
    said = others.select(*key, pl.col("print").alias("other"))
    joined = rows.join(said, on=key, how="left", maintain_order="left")
    clash = pl.when(pl.col("print") != pl.col("other")).then(pl.lit(reason))
    is_known = pl.col("other").is_not_null()
    return joined.with_columns(pl.coalesce("reason", clash).alias("reason"), is_known=is_known).drop("other")


def _held(contract: Contract, rows: pl.DataFrame, lake: Lake) -> pl.DataFrame:
    """Keys and prints of the lake's rows that share the first part of a key with some of ours."""
    name = contract.key[0]
    mine = pl.col(name).is_in(rows[name].drop_nulls().unique().implode())
    held = lake.scan(contract.table).filter(mine).select(*contract.key, _print(contract))
    return held.collect(engine="streaming").unique(list(contract.key), keep="first")


def _print(contract: Contract) -> pl.Expr:
    """A hash of everything that a row says."""
    texts = [pl.col(name).cast(pl.String).fill_null("\x01") for name in contract.names]
    return pl.concat_str(texts, separator="\x00").hash(seed=0).alias("print")


def _by_row(rows: pl.DataFrame) -> pl.DataFrame:
    """A row of a file stands or falls with everything that it gives."""
    first_reason = pl.col("reason").drop_nulls().first().over("file", ROW)
    rows = rows.with_columns(pl.coalesce("reason", first_reason).alias("reason"))
    return rows.with_columns(is_new=pl.col("is_new") & pl.col("reason").is_null())


def counted(judged: Sequence[Judged]) -> pl.DataFrame:
    """Per file: `quarantined`, `ignored` and `kept` rows, and of the kept ones `things`, `new` among them."""
    frames = [
        one.rows.group_by("file", ROW)
        .agg(
            pl.col("reason").is_not_null().any().alias("is_bad"),
            pl.col("is_ignored").any(),
            pl.col("is_new").sum().alias("new"),
            pl.len().alias("things"),
        )
        .group_by("file")
        .agg(
            (pl.col("is_bad") & ~pl.col("is_ignored")).sum().alias("quarantined"),
            pl.col("is_ignored").sum().alias("ignored"),
            (~pl.col("is_bad") & ~pl.col("is_ignored")).sum().alias("kept"),
            pl.col("new").sum(),
            pl.col("things").filter(~pl.col("is_bad") & ~pl.col("is_ignored")).sum(),
        )
        for one in judged
    ]
    return pl.concat(frames).group_by("file").sum()
