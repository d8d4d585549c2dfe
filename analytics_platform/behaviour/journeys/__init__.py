"""Journeys: from which feature users go to which, within sessions, between them, and around an event.

Belongs here: paths as users took them. Does not: whether they took those that somebody planned
(`behaviour.funnels`). The last weeks are read from the events, so that the cost of a day is that of those
weeks however long the log is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels.funnel import Journeys
from analytics_platform.lakehouse import Check, Engine, Model, Window, load_checks
from analytics_platform.lakehouse.check import unique_rows
from analytics_platform.stats.wilson import wilson

JOURNEYS, PATHS = "behaviour.journeys", "behaviour.journey_paths"
MOVES = Model.load(Path(__file__).with_name("moves.sql"))
ROUTES = Model.load(Path(__file__).with_name("paths.sql"))
FEWEST_USERS = 10
"""Who left a node, below which no probability is told."""
MOST_PATHS = 50
"""Of each role, the most frequent ones."""

_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()
_COUNTED = ("transitions", "users", "base_transitions", "base_users")
SCHEMAS = {
    JOURNEYS: pa.schema(
        [
            pa.field(name, kind, metadata={"comment": said})
            for name, kind, said in (
                *((name, _TEXT, MOVES.columns[name]) for name in ("scope", "anchor")),
                ("position", _COUNT, MOVES.columns["position"]),
                *((name, _TEXT, MOVES.columns[name]) for name in ("role", "from_node", "to_node")),
                *((name, _COUNT, MOVES.columns[name]) for name in _COUNTED),
                (
                    "probability",
                    _NUMBER,
                    "Of going on to to_node; before an event: of having come from from_node.",
                ),
                (
                    "probability_low",
                    _NUMBER,
                    "Lower limit of its 95 % interval, users taken as a whole each.",
                ),
                ("probability_high", _NUMBER, "Upper limit of its 95 % interval."),
                ("median_seconds", _NUMBER, MOVES.columns["median_seconds"]),
                ("reason", _TEXT, "Why a probability is missing; null where it is not."),
            )
        ]
    ),
    PATHS: pa.schema(
        [
            pa.field(name, kind, metadata={"comment": said})
            for name, kind, said in (
                ("role", _TEXT, ROUTES.columns["role"]),
                ("rank", _COUNT, "Place of the path among those of its role, from 1."),
                ("path", _TEXT, ROUTES.columns["path"]),
                ("sessions", _COUNT, ROUTES.columns["sessions"]),
                ("users", _COUNT, ROUTES.columns["users"]),
                ("share", _NUMBER, "Of all sessions of the role."),
            )
        ]
    ),
}
KEYS = {JOURNEYS: MOVES.key, PATHS: ("role", "rank")}
DESCRIPTIONS = {
    JOURNEYS: MOVES.description,
    PATHS: "One row per role and path: the most frequent ways in which sessions begin.",
}
CHECKS: tuple[Check, ...] = (
    *(unique_rows(table, key) for table, key in KEYS.items()),
    *load_checks(Path(__file__).with_name("checks")),
)


def journey_tables(engine: Engine, journeys: Journeys, days: Window) -> dict[str, pa.Table]:
    """Rows of both tables, each by its key.

    Args:
        engine: answers from `activity.events`, `activity.sessions` and `activity.users`.
        journeys: which paths are counted.
        days: all reporting days there are.
    """
    first_day = max(days.first_day, days.last_day - timedelta(days=journeys.last_days - 1))
    period = Window(first_day, days.last_day).parameters()
    given = {
        **period,
        "log_first_day": days.first_day,
        "origin": datetime.combine(days.first_day, time(), UTC),
        "window_days": journeys.window_days,
        "away_days": journeys.away_days,
        "steps": journeys.steps,
        "before": list(journeys.before),
        "after": list(journeys.after),
        "anchors": sorted({*journeys.before, *journeys.after}),
    }
    moves = pl.DataFrame(engine.query(MOVES.sql, given)).sort(MOVES.key)
    routes = pl.DataFrame(engine.query(ROUTES.sql, period))
    return {
        JOURNEYS: pa.Table.from_pylist(list(_journeys(moves)), SCHEMAS[JOURNEYS]),
        PATHS: _ranked(routes).to_arrow().cast(SCHEMAS[PATHS]),
    }


def _journeys(moves: pl.DataFrame) -> Iterator[dict[str, object]]:
    """Each pair with its probability; a user counts as one unit however often they went."""
    column = {
        name: moves[name].to_numpy().astype(float)
        for name in (*_COUNTED, "squares", "products", "base_squares")
    }
    whole, users = column["base_transitions"], column["base_users"]
    share = column["transitions"] / whole
    spread = column["squares"] - 2 * share * column["products"] + share**2 * column["base_squares"]
    variance = np.maximum(spread, 0) / whole**2 * users / np.maximum(users - 1, 1)
    # As many independent moves as would be known as well; where none or all went there, a user is one.
    apart = share * (1 - share)
    effective = np.where(variance > 0, apart / np.where(variance > 0, variance, 1.0), users)
    effective = np.clip(np.where(apart > 0, effective, users), 1.0, whole)
    low, high = wilson(share * effective, effective)
    for place, row in enumerate(moves.iter_rows(named=True)):
        told: dict[str, object] = {
            "probability": share[place],
            "probability_low": low[place],
            "probability_high": high[place],
        }
        if row["base_users"] < FEWEST_USERS:
            told = {"reason": f"too few: {row['base_users']} users"}
        yield {**row, **told}


def _ranked(routes: pl.DataFrame) -> pl.DataFrame:
    """The most frequent paths of each role; ties by name."""
    ordered = routes.sort("role", "sessions", "path", descending=[False, True, False])
    return (
        ordered.with_columns(
            rank=pl.int_range(1, pl.len() + 1).over("role"),
            share=pl.col("sessions") / pl.col("sessions").sum().over("role"),
        )
        .filter(pl.col("rank") <= MOST_PATHS)
        .select(SCHEMAS[PATHS].names)
    )
