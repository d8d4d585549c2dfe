"""Raw rows for tests: dictionaries with the contract's columns, sensible defaults, and a writer to a lake.

`event(at, …)`, `user(…)` and their like return one row each; `write_raw(lake, events=[…], users=[…])`
completes them (ids, delivery, reporting day), checks them against the contract and writes every raw
table that models read, empty where no rows are given.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.event_contract import CONTRACTS, Contract
from analytics_platform.lakehouse import Lake, Window

Row = dict[str, Any]

FIRST_DAY = date(2025, 9, 1)
MODELLED = ("events", "users", "classrooms", "exposures", "interactions", "human_ratings")


def instant(day: date | int = 0, clock: str = "12:00") -> datetime:
    """An instant in UTC; a day may be given as its offset from 2025-09-01, a clock as 09:30 or 09:30:15."""
    date_ = FIRST_DAY + timedelta(days=day) if isinstance(day, int) else day
    return datetime.fromisoformat(f"{date_.isoformat()}T{clock}").replace(tzinfo=UTC)


def event(at: datetime, user_id: int = 1, event_name: str = "feature_used", **columns: object) -> Row:
    """One delivery of an event: a minute of `quiz` on the web, free plan, received a second later."""
    is_use = event_name == "feature_used"
    return {
        "user_id": user_id,
        "session_id": None,
        "event_time": at,
        "event_name": event_name,
        "feature": "quiz" if is_use else None,
        "engagement_seconds": 60.0 if is_use else None,
        "llm_rating": None,
        "interaction_id": None,
        "platform": "web",
        "plan": "free",
        "received_at": at + timedelta(seconds=1),
        **columns,
    }


def user(user_id: int = 1, signed_up_at: datetime | None = None, **columns: object) -> Row:
    """One student of Germany who signed up on the web on 2025-09-01 unless told otherwise."""
    return {
        "user_id": user_id,
        "signed_up_at": signed_up_at or instant(0, "00:00"),
        "role": "student",
        "country": "DE",
        "platform": "web",
        "acquisition_channel": "organic",
        "classroom_id": None,
        "school_id": None,
        "source_user_id": None,
        **columns,
    }


def classroom(classroom_id: int = 1, **columns: object) -> Row:
    """One class of 20 on the first day."""
    return {
        "classroom_id": classroom_id,
        "school_id": 1,
        "teacher_id": 1,
        "country": "DE",
        "subject": "maths",
        "grade_band": "9-10",
        "students": 20,
        "event_date": FIRST_DAY,
        **columns,
    }


def exposure(user_id: int = 1, experiment_id: str = "hint", variant: str = "old", **columns: object) -> Row:
    """One exposure on the first day at noon."""
    return {
        "experiment_id": experiment_id,
        "user_id": user_id,
        "classroom_id": None,
        "variant": variant,
        "exposed_at": instant(0),
        **columns,
    }


def interaction(interaction_id: int, at: datetime, user_id: int = 1, **columns: object) -> Row:
    """One successful call of the language model by `quiz`."""
    return {
        "interaction_id": interaction_id,
        "user_id": user_id,
        "requested_at": at,
        "feature": "quiz",
        "model_version": "m1",
        "prompt_version": "p1",
        "status": "ok",
        "input_tokens": 500,
        "output_tokens": 200,
        "latency_ms": 900,
        "cost_usd": 2**-10,
        **columns,
    }


def write_raw(
    lake: Lake,
    *,
    events: Iterable[Row] = (),
    users: Iterable[Row] = (),
    classrooms: Iterable[Row] = (),
    exposures: Iterable[Row] = (),
    interactions: Iterable[Row] = (),
    human_ratings: Iterable[Row] = (),
    zone: str = "UTC",
    window: Window | None = None,
) -> Window:
    """Write raw tables; events without an id are numbered from 1 in the order given.

    Args:
        lake: where to write.
        events: rows of `event`, and likewise for each other table.
        users: rows of `user`.
        classrooms: rows of `classroom`.
        exposures: rows of `exposure`.
        interactions: rows of `interaction`.
        human_ratings: whole rows.
        zone: reporting time zone, from which `event_date` follows where a row has none.
        window: days to replace in every table; default: the span of each table's rows.

    Returns:
        The days of `events` (of FIRST_DAY alone where there are none).
    """
    numbered = [{"event_id": number, **row} for number, row in enumerate(events, start=1)]
    tables: Mapping[str, Iterable[Row]] = {
        "events": numbered,
        "users": users,
        "classrooms": classrooms,
        "exposures": exposures,
        "interactions": interactions,
        "human_ratings": human_ratings,
    }
    frames = {name: _frame(CONTRACTS[f"raw.{name}"], rows, zone) for name, rows in tables.items()}
    for name, frame in frames.items():
        write_frame(lake, f"raw.{name}", frame, window)
    return _span(frames["events"])


def write_frame(lake: Lake, table: str, frame: pl.DataFrame, window: Window | None = None) -> None:
    """Write rows of one raw table over a window (default: the span of the rows)."""
    schema = CONTRACTS[table].arrow_schema()
    rows = frame.select(schema.names).sort("event_date", *CONTRACTS[table].key)
    lake.replace_days(table, window or _span(rows), [rows.to_arrow().cast(schema)], schema)


def _frame(contract: Contract, rows: Iterable[Row], zone: str) -> pl.DataFrame:
    frame = pl.DataFrame([_dated(contract, row, zone) for row in rows], schema=contract.polars_schema())
    broken = contract.violations(frame.lazy())
    assert not broken, f"{contract.table}: {broken}"
    return frame


def _dated(contract: Contract, row: Row, zone: str) -> Row:
    if "event_date" in row:
        return row
    at = next(row[column.name] for column in contract.columns if column.unit == "UTC")
    return {**row, "event_date": at.astimezone(ZoneInfo(zone)).date()}


def _span(frame: pl.DataFrame) -> Window:
    if frame.is_empty():
        return Window(FIRST_DAY, FIRST_DAY)
    days = frame["event_date"]
    return Window(days.min(), days.max())  # pyright: ignore[reportArgumentType]
