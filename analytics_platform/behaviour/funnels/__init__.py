"""Funnels: who took which steps, in what order and time, where the others stopped, and how those differ.

Belongs here: definitions, who got how far, and what is counted from that. Does not: paths that nobody defined
(`behaviour.journeys`).
"""

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels import definitions as defined
from analytics_platform.behaviour.funnels import users as taken
from analytics_platform.behaviour.funnels.definitions import definitions
from analytics_platform.behaviour.funnels.drivers import driver_rows
from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.behaviour.funnels.steps import step_rows, time_rows
from analytics_platform.behaviour.funnels.tables import DESCRIPTIONS as COUNTED
from analytics_platform.behaviour.funnels.tables import DRIVERS, KEYS, STEPS, TIMES, arrow
from analytics_platform.behaviour.funnels.users import funnel_users
from analytics_platform.lakehouse import Check, Engine, Lake, Window, load_checks
from analytics_platform.lakehouse.check import unique_rows

DESCRIPTIONS = {
    defined.TABLE: defined.DESCRIPTION,
    taken.TABLE: f"{taken.DEFINITION.description}\n\n```sql\n{taken.DEFINITION.sql}\n```",
    **{table: said for table, said in COUNTED.items() if table != DRIVERS},
}
CHECKS: tuple[Check, ...] = (
    *(unique_rows(table, key) for table, key in KEYS.items()),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["CHECKS", "COUNTED", "DESCRIPTIONS", "DRIVERS", "KEYS", "driver_table", "funnel_tables"]


def funnel_tables(lake: Lake, funnels: Iterable[Funnel], days: Window, zone: ZoneInfo) -> dict[str, pa.Table]:
    """Definitions, users, steps and times; see `users.funnel_users` for arguments and errors."""
    funnels = list(funnels)
    users = dict(zip(funnels, funnel_users(lake, funnels, days, zone), strict=True))
    frames = {funnel: pl.DataFrame(rows) for funnel, rows in users.items()}
    return {
        defined.TABLE: definitions(funnels, days),
        taken.TABLE: pa.concat_tables([taken.SCHEMA.empty_table(), *users.values()]),
        STEPS: arrow(STEPS, (row for funnel, rows in frames.items() for row in step_rows(funnel, rows))),
        TIMES: arrow(TIMES, (row for funnel, rows in frames.items() for row in time_rows(funnel, rows))),
    }


def driver_table(engine: Engine, funnels: Iterable[Funnel]) -> pa.Table:
    """Rows of `behaviour.funnel_drivers`; see `drivers.driver_rows`."""
    return arrow(DRIVERS, (row for funnel in funnels for row in driver_rows(engine, funnel)))
