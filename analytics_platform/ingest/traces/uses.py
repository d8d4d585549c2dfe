"""Uses of features that calls stand for, so that traces alone give the tables of behaviour.

A call gives one `feature_used` event, unless the lake holds an event that names the call, or uses of
its user on its day that name no call: then a log of events tells that story already.
"""

import numpy as np
import polars as pl

from analytics_platform.event_contract import EVENTS, USERS
from analytics_platform.ingest.identifiers import fingerprints
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.traces.judgement import Judged
from analytics_platform.ingest.users import appearances, changes
from analytics_platform.lakehouse import Lake, Window

PERSONAL = ("file", ROW, "user_id", "requested_at", "event_date", "source_user_id", "role", "is_teacher")
OTHER = pl.lit("other")


def uses(calls: Judged, lake: Lake) -> pl.DataFrame:
    """Events that the standing calls of a load give and the lake lacks: the columns of `raw.events`."""
    columns = ("interaction_id", "user_id", "requested_at", "event_date", "feature", "platform", "plan")
    frame = calls.whole().select("file", ROW, *columns).collect(engine="streaming")
    frame = frame.sort("file", ROW).unique("interaction_id", keep="first", maintain_order=True)
    if lake.exists(EVENTS.table) and frame.height:
        frame = _untold(frame, lake)
    named = frame.with_columns(marker=pl.lit("a use that a call stands for"))
    prints = fingerprints(named, ("marker", "interaction_id")).to_numpy()
    event_id = pl.Series("event_id", prints >> np.uint64(1)).cast(pl.Int64)
    events = frame.with_columns(
        event_id,
        pl.lit(None, dtype=pl.Int64).alias("session_id"),
        pl.lit("feature_used").alias("event_name"),
        pl.lit(None, dtype=pl.Float64).alias("engagement_seconds"),
        pl.lit(None, dtype=pl.Int64).alias("llm_rating"),
        pl.col("requested_at").alias("event_time"),
        pl.col("requested_at").alias("received_at"),
        pl.col("platform").fill_null(OTHER),
    )
    return events.select(EVENTS.names)


def _untold(frame: pl.DataFrame, lake: Lake) -> pl.DataFrame:
    days = frame["event_date"]
    window = Window(days.min(), days.max())  # pyright: ignore[reportArgumentType]
    held = lake.scan(EVENTS.table)
    mine = pl.col("interaction_id").is_in(frame["interaction_id"].implode())
    told = held.filter(mine).select("interaction_id").unique().collect()
    is_use = (pl.col("event_name") == "feature_used") & pl.col("interaction_id").is_null()
    is_inside = pl.col("event_date").is_between(window.first_day, window.last_day)
    days_told = held.filter(is_inside & is_use).select("user_id", "event_date").unique().collect()
    frame = frame.join(told, on="interaction_id", how="anti", maintain_order="left")
    return frame.join(days_told, on=["user_id", "event_date"], how="anti", maintain_order="left")


def people(calls: Judged, lake: Lake) -> tuple[pl.DataFrame, int]:
    """Rows of `raw.users` that the standing calls change, and how many of them the lake did not know."""
    frame = calls.whole().select(*PERSONAL, "country", "platform").collect(engine="streaming")
    nothing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in _UNSTATED.items()]
    met = appearances(frame.rename({"requested_at": "event_time"}).with_columns(nothing))
    held = pl.DataFrame(schema=USERS.polars_schema())
    if lake.exists(USERS.table):
        mine = pl.col("user_id").is_in(met["user_id"].implode())
        held = lake.scan(USERS.table).select(USERS.names).filter(mine).collect()
    return changes(met, held), met.height - held["user_id"].n_unique()


_UNSTATED = {"acquisition_channel": pl.String, "classroom_id": pl.Int64, "school_id": pl.Int64}
