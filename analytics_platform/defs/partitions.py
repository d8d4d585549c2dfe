"""The daily partitions, and the window that a run covers.

Belongs here: which reporting days there are for Dagster. Does not: when they are built (`schedules.py`).
"""

from datetime import date, datetime, timedelta

import dagster as dg

from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace

ONE_RUN = dg.BackfillPolicy.single_run()


def today(workspace: Workspace) -> date:
    """The reporting day that it is now."""
    return datetime.now(workspace.settings.zone).date()


def is_fed_daily(workspace: Workspace) -> bool:
    """Whether new days keep arriving: a log that every run reads anew."""
    return workspace.source == "logs" and workspace.settings.log_path is not None


def known_days(workspace: Workspace) -> Window | None:
    """The days of the world or of the ingested log; None before the first ingest."""
    if workspace.source == "logs" and not workspace.lake.days("raw.events"):
        return None
    return workspace.days


def daily_partitions(workspace: Workspace) -> dg.DailyPartitionsDefinition:
    """One partition a reporting day.

    They end with the world or with the ingested log, in the future too; where a log is read anew by
    every run, or none was ingested yet, they go on until yesterday.
    """
    days = known_days(workspace)
    settings = workspace.settings
    if days is None or is_fed_daily(workspace):
        first_day = days.first_day if days else settings.world_start
        return dg.DailyPartitionsDefinition(str(first_day), timezone=settings.timezone)
    beyond_yesterday = (days.last_day - today(workspace)).days + 1
    return dg.DailyPartitionsDefinition(
        str(days.first_day),
        end_date=str(days.last_day + timedelta(days=1)),
        timezone=settings.timezone,
        end_offset=max(0, beyond_yesterday),
    )


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The days that a run of daily assets covers."""
    keys = context.partition_key_range
    return Window(date.fromisoformat(keys.start), date.fromisoformat(keys.end))
