"""Sessions as users went through them: moves from node to node, and how sessions begin.

Events lie by day and user; a session ends with its day, so that days are worked one after another and cost
what they hold, where window functions over all of them would sort all of them at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics_platform.behaviour.funnels.funnel import NODES
from analytics_platform.lakehouse import Snapshot, Window

EVENTS = "activity.events"
START, END, MORE = "start", "end", "…"
NODE = pl.Enum([*NODES, START, END])
SLICE_ROWS = 1_000_000
SESSION = ("event_date", "user_id", "session_id")
FIRST_NODES = 3


@dataclass(frozen=True)
class Walked:
    """Sessions of a period.

    Attributes:
        moves: user_id, from_node, to_node, microseconds (null to an end and from a start).
        beginnings: user_id, path: one row a session, its first nodes.
    """

    moves: pl.DataFrame
    beginnings: pl.DataFrame


def node() -> pl.Expr:
    """What an event is in a journey: the feature used, or what happened."""
    is_use = pl.col("event_name") == "feature_used"
    return pl.when(is_use).then(pl.col("feature")).otherwise(pl.col("event_name")).cast(NODE).alias("node")


def walked(snapshot: Snapshot, period: Window) -> Walked:
    """All sessions of a period.

    Args:
        snapshot: pins `activity.events`.
        period: reporting days.
    """
    parts = [(_moves(events), _beginnings(events)) for events in _slices(snapshot, period)]
    return Walked(pl.concat(moves for moves, _ in parts), pl.concat(paths for _, paths in parts))


def _slices(snapshot: Snapshot, period: Window) -> Iterator[pl.DataFrame]:
    """The events of a few days at a time, in order of their sessions, but for billing and ratings."""
    table = snapshot.tables[EVENTS]
    days = max(1, SLICE_ROWS * max(1, len(table.files)) // max(1, table.rows))
    for window in period.slices(days):
        inside = pl.col("event_date").is_between(window.first_day, window.last_day)
        in_session = (
            ~pl.col("is_bot") & pl.col("session_id").is_not_null() & (pl.col("event_name") != "rated")
        )
        events = snapshot.scan(EVENTS).filter(inside, in_session)
        columns = (*SESSION, "event_time", "event_id", node())
        yield events.select(*columns).sort(*SESSION, "event_time", "event_id").collect()


def _is_same(rows: int) -> pl.Expr:
    """Whether so many rows before, or after where negative, lies an event of the same session."""
    same = (pl.col(name) == pl.col(name).shift(rows) for name in SESSION)
    return pl.all_horizontal(same).fill_null(value=False)


def _moves(events: pl.DataFrame) -> pl.DataFrame:
    took = (pl.col("event_time").shift(-1) - pl.col("event_time")).dt.total_microseconds()
    goes_on = _is_same(-1)
    left = events.select(
        "user_id",
        from_node="node",
        to_node=pl.when(goes_on).then(pl.col("node").shift(-1)).otherwise(pl.lit(END, NODE)),
        microseconds=pl.when(goes_on).then(took),
    )
    entered = events.filter(~_is_same(1)).select(
        "user_id",
        from_node=pl.lit(START, NODE),
        to_node="node",
        microseconds=pl.lit(None, pl.Int64),
    )
    return pl.concat([left, entered])


def _beginnings(events: pl.DataFrame) -> pl.DataFrame:
    """The first nodes of each session, repeats of a node in a row taken as one."""
    is_repeat = _is_same(1) & (pl.col("node") == pl.col("node").shift(1))
    sessions = (
        events.filter(~is_repeat)
        .group_by(*SESSION, maintain_order=True)
        .agg(nodes=pl.col("node").head(FIRST_NODES).cast(pl.String), length=pl.len())
    )
    last = pl.when(pl.col("length") > FIRST_NODES).then(pl.lit(MORE)).otherwise(pl.lit(END))
    path = pl.concat_str(pl.col("nodes").list.join(" → "), last, separator=" → ")
    return sessions.select("user_id", path=path.cast(pl.Categorical))
