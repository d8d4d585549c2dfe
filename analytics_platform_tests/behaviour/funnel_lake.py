"""Lakes that hold what funnels and journeys read: events, users and definitions."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels.definitions import TABLE, definitions
from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.raw_rows import Row

FIRST = date(2025, 9, 1)
DAYS = Window(FIRST, FIRST + timedelta(days=5))
EVENTS = pa.schema(
    [
        ("event_id", pa.int64()),
        ("user_id", pa.int64()),
        ("session_id", pa.int64()),
        ("event_time", pa.timestamp("us", tz="UTC")),
        ("event_name", pa.string()),
        ("feature", pa.string()),
        ("platform", pa.string()),
        ("plan", pa.string()),
        ("is_bot", pa.bool_()),
        ("event_date", pa.date32()),
    ]
)
USERS = pa.schema(
    [
        ("user_id", pa.int64()),
        ("role", pa.string()),
        ("country", pa.string()),
        ("platform", pa.string()),
        ("acquisition_channel", pa.string()),
    ]
)


def event(
    user_id: int, seconds: float, feature: str | None = None, event_name: str = "feature_used", **more: object
) -> Row:
    """An event so many seconds after the first day's start; a use of a feature unless another is named."""
    time = datetime(2025, 9, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return {
        "user_id": user_id,
        "session_id": user_id,
        "event_time": time,
        "event_name": event_name,
        "feature": feature,
        "platform": "web",
        "plan": "free",
        "is_bot": False,
        "event_date": time.date(),
        **more,
    }


def numbered(events: Iterable[Row]) -> list[Row]:
    """The same with event ids in the order given, unless they have one."""
    return [{"event_id": number, **row} for number, row in enumerate(events)]


def write(lake: Lake, events: list[Row], funnels: Iterable[Funnel] = (), days: Window = DAYS) -> list[Row]:
    """Write all three tables; returns the events with their ids."""
    events = numbered(events)
    ordered = sorted(
        events, key=lambda row: (row["event_date"], row["user_id"], row["event_time"], row["event_id"])
    )
    lake.replace_days("activity.events", days, [pa.Table.from_pylist(ordered, EVENTS)], EVENTS)
    people = [
        {
            "user_id": user,
            "role": "teacher" if user % 3 == 0 else "student",
            "country": "DE" if user % 2 else "FR",
            "platform": "web",
            "acquisition_channel": "friend" if user % 5 else None,
        }
        for user in sorted({row["user_id"] for row in events})
    ]
    lake.replace("activity.users", [pa.Table.from_pylist(people, USERS)], USERS)
    rows = definitions(funnels, days)
    lake.replace(TABLE, [rows], rows.schema)
    return events


def frame(table: pa.Table) -> pl.DataFrame:
    """A table as a frame."""
    return pl.DataFrame(table)
