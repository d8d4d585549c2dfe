"""A lake with what the views of funnels and journeys read, computed by the package from a small log."""

import math
import random
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour import funnels, journeys
from analytics_platform.behaviour.funnels.funnel import Funnel, Journeys
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.behaviour.funnel_lake import FIRST, SESSIONS, USERS, event, sessions_of, write
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.derived_rows import user_day, write_user_days
from analytics_platform_tests.raw_rows import Row

FUNNELS = [
    Funnel.model_validate(each)
    for each in (
        {
            "id": "study",
            "title": "A study session",
            "steps": [
                {"name": "Read", "feature": "summarize", "event_name": "feature_used"},
                {"name": "Tested", "feature": "quiz", "event_name": "feature_used"},
                {"name": "Asked", "feature": "explain", "event_name": "feature_used"},
            ],
            "window_days": 7,
            "last_days": "whole",
            "exclusions": [{"event_name": "cancelled"}],
            "breakdowns": ["role", "country"],
        },
        {
            "id": "never",
            "title": "What nobody does",
            "steps": [
                {"name": "Renewed on a phone", "event_name": "renewed", "platform": "other"},
                {"name": "Tested", "feature": "quiz"},
            ],
            "window_hours": 1,
        },
    )
]
JOURNEYS = Journeys.model_validate({"last_days": 30, "before": ["trial_started"], "after": ["signed_up"]})
DAYS = Window(FIRST, FIRST + timedelta(days=39))
PEOPLE = 400


def _log() -> tuple[list[Row], list[Row]]:
    """Events, and days before them: who chatted before goes on more often."""
    draw, log, past = random.Random(3), [], [user_day(1, 0, quiz_uses=0, events=0)]
    for user in range(1, PEOPLE + 1):
        at, chats = draw.uniform(8, 39.9) * 86_400, draw.random() < 0.5
        begin = math.floor(at / 86_400)
        log.append(event(user, at - 60, None, "signed_up", session_id=user * 100))
        log.append(event(user, at, "summarize", session_id=user * 100))
        for feature in ("quiz", "explain"):
            if draw.random() > 0.5 + 0.4 * chats:
                break
            at += draw.expovariate(1 / 3_000)
            log.append(event(user, at, feature, session_id=user * 100))
        if draw.random() < 0.2:
            log.append(event(user, at + 5, None, "trial_started", session_id=user * 100))
        if draw.random() < 0.1:
            log.append(event(user, at + 9, None, "cancelled", session_id=None))
        if chats:
            past.append(user_day(user, begin - 1, quiz_uses=0, chat_uses=1))
    return [row for row in log if row["event_date"] <= DAYS.last_day], past


@cache
def tables() -> dict[str, pa.Table]:
    """Every table of both views."""
    with TemporaryDirectory() as folder:
        lake, engine = Lake(Path(folder) / "lake"), DuckDBEngine(Lake(Path(folder) / "lake"))
        log, past = _log()
        log = write(lake, log, FUNNELS, DAYS)
        write_user_days(lake, past)
        sessions = pa.Table.from_pylist(sessions_of(log), SESSIONS)
        lake.replace_days("activity.sessions", DAYS, [sessions], SESSIONS)
        known = lake.scan("activity.users").collect()
        people = known.with_columns(first_seen_date=pl.lit(FIRST), active_days=pl.lit(1)).to_arrow()
        schema = pa.schema([*USERS, ("first_seen_date", pa.date32()), ("active_days", pa.int64())])
        lake.replace("activity.users", [people.cast(schema)], schema)
        found = funnels.funnel_tables(lake, FUNNELS, DAYS, ZoneInfo("UTC"))
        for table, rows in found.items():
            lake.replace(table, [rows], rows.schema)
        drivers = {funnels.DRIVERS: funnels.driver_table(engine, FUNNELS)}
        return {**found, **drivers, **journeys.journey_tables(engine, JOURNEYS, DAYS)}


def write_paths(lake: Lake) -> None:
    """The tables of both views, and the KPIs that the page needs."""
    write_lake(lake)
    for table, rows in tables().items():
        lake.replace(table, [rows], rows.schema)
