"""Journeys: from which feature users go to which, within sessions, between them, and around an event.

Belongs here: paths as users took them. Does not: whether they took those that somebody planned
(`behaviour.funnels`). The last weeks are read from the events, so that the cost of a day is that of those
weeks however long the log is.
"""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels.funnel import Journeys
from analytics_platform.behaviour.journeys.counts import counted, ranked
from analytics_platform.behaviour.journeys.tables import (
    DESCRIPTIONS,
    JOURNEYS,
    KEYS,
    PATHS,
    SCHEMAS,
)
from analytics_platform.behaviour.journeys.within import EVENTS, NODE, walked
from analytics_platform.lakehouse import Check, DuckDBEngine, Model, Window, load_checks
from analytics_platform.lakehouse.check import unique_rows

AROUND = Model.load(Path(__file__).with_name("around.sql"))
USERS = "activity.users"
CHECKS: tuple[Check, ...] = (
    *(unique_rows(table, key) for table, key in KEYS.items()),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["AROUND", "CHECKS", "DESCRIPTIONS", "JOURNEYS", "KEYS", "PATHS", "SCHEMAS", "journey_tables"]


def journey_tables(engine: DuckDBEngine, journeys: Journeys, days: Window) -> dict[str, pa.Table]:
    """Rows of both tables, each by its key.

    Args:
        engine: answers from `activity.events`, `activity.sessions` and `activity.users`.
        journeys: which paths are counted.
        days: all reporting days there are.
    """
    first_day = max(days.first_day, days.last_day - timedelta(days=journeys.last_days - 1))
    period = Window(first_day, days.last_day)
    snapshot = engine.lake.snapshot([EVENTS, USERS])
    roles = snapshot.scan(USERS).select("user_id", "role").collect()
    sessions = walked(snapshot, period)
    other = _around(engine, journeys, days, period)
    found = [counted(sessions.moves, roles, ("within_session", "all", 0))]
    for key, moves in other.partition_by("scope", "anchor", "position", as_dict=True).items():
        scope, anchor, position = key
        found.append(counted(moves, roles, (str(scope), str(anchor), int(position))))
    rows = pl.concat(found).sort(KEYS[JOURNEYS])
    paths = ranked(sessions.beginnings, roles)
    return {
        table: frame.select(SCHEMAS[table].names).to_arrow().cast(SCHEMAS[table])
        for table, frame in ((JOURNEYS, rows), (PATHS, paths))
    }


def _around(engine: DuckDBEngine, journeys: Journeys, days: Window, period: Window) -> pl.DataFrame:
    """Moves between sessions and around events."""
    given = {
        **period.parameters(),
        "log_first_day": days.first_day,
        "window_days": journeys.window_days,
        "away_days": journeys.away_days,
        "steps": journeys.steps,
        "before": list(journeys.before),
        "after": list(journeys.after),
        "anchors": sorted({*journeys.before, *journeys.after}),
    }
    moves = pl.DataFrame(engine.query(AROUND.sql, given))
    return moves.with_columns(pl.col("from_node", "to_node").cast(NODE))
