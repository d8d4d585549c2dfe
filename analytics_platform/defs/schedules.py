"""Schedules: when jobs are launched, in the reporting time zone.

Belongs here: times and windows. Does not: what a job builds (`jobs.py`).
"""

from datetime import date, timedelta

import dagster as dg
import polars as pl
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from analytics_platform.defs.jobs import certification, check_freshness, daily, weekly
from analytics_platform.defs.maintenance import maintenance
from analytics_platform.defs.partitions import daily_partitions
from analytics_platform.event_contract import INGESTED_FILES
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
RUNNING = dg.DefaultScheduleStatus.RUNNING


def range_tags(window: Window) -> dict[str, str]:
    """Tags that make one run cover a window of daily partitions."""
    return {RANGE_START: str(window.first_day), RANGE_END: str(window.last_day)}


def late_window(workspace: Workspace, yesterday: date) -> Window | dg.SkipReason:
    """Yesterday and the days before it that late events may still reach, or late files did reach."""
    partitions = daily_partitions(workspace)
    first, last = partitions.get_first_partition_key(), partitions.get_last_partition_key()
    if first is None or last is None or not first <= str(yesterday) <= last:
        return dg.SkipReason(f"Yesterday, {yesterday}, lies outside the days there are: {first} to {last}.")
    earliest = yesterday - timedelta(days=workspace.settings.late_days)
    reached = [day for day in (earliest, _reached_by_late_files(workspace, yesterday)) if day is not None]
    return Window(max(min(reached), date.fromisoformat(first)), yesterday)


def _reached_by_late_files(workspace: Workspace, yesterday: date) -> date | None:
    """First day that files ingested since yesterday touched: a run ingests before it knows their days."""
    if not workspace.lake.exists(INGESTED_FILES.table):
        return None
    ingested_on = pl.col("ingested_at").dt.convert_time_zone(workspace.settings.timezone).dt.date()
    files = workspace.lake.scan(INGESTED_FILES.table).filter(ingested_on >= yesterday)
    return files.select(pl.col("first_day").min()).collect().item()


@dg.definitions
def schedules() -> dg.Definitions:
    """Tables at 02:00, freshness at 08:00; on Sundays models at 03:00, upkeep at 04:00, proof at 05:00."""
    zone = open_workspace().settings.timezone

    @dg.schedule(
        name="daily",
        job=daily,
        cron_schedule="0 2 * * *",
        execution_timezone=zone,
        default_status=RUNNING,
        description="Yesterday and the days before it that late events may still reach, in one run.",
    )
    def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        workspace = open_workspace()
        now = context.scheduled_execution_time.astimezone(workspace.settings.zone)
        window = late_window(workspace, now.date() - timedelta(days=1))
        return window if isinstance(window, dg.SkipReason) else dg.RunRequest(tags=range_tags(window))

    return dg.Definitions(
        schedules=[
            daily_schedule,
            _plain("check_freshness", check_freshness, "0 8 * * *", zone),
            _plain("weekly", weekly, "0 3 * * 0", zone),
            _plain("maintenance", maintenance, "0 4 * * 0", zone),
            _plain("certification", certification, "0 5 * * 0", zone),
        ]
    )


def _plain(
    name: str, job: dg.JobDefinition | UnresolvedAssetJobDefinition, cron: str, zone: str
) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name, job=job, cron_schedule=cron, execution_timezone=zone, default_status=RUNNING
    )
