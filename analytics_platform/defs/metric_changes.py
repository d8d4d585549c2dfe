"""What moved and why, as an asset: rebuilt whole from the rollups, for the last week and unusual days.

Belongs here: what it is made of, and which day is the last that was over. Does not: how a change is taken
apart (`behaviour/metric_changes`, `stats/decomposition.py`).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import dagster as dg

from analytics_platform.behaviour.metric_changes import DESCRIPTION, TABLE, metric_changes
from analytics_platform.defs.check_results import failing_days
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import Workspace, open_workspace

OWNER = "team:product_analytics"
INPUTS = ("activity.events", "activity.user_days", "activity.users", "behaviour.kpi_daily", "raw.exposures")

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def changes() -> dg.Definitions:
    """One table."""
    return dg.Definitions(assets=[_metric_changes(open_workspace().lake)])


def last_full_day(workspace: Workspace) -> date:
    """The last reporting day that was over when raw events were last written; a simulated day always is."""
    days = workspace.days
    if workspace.source == "simulation" or len(days) == 1:
        return days.last_day
    written_at = workspace.lake.snapshot(["raw.events"]).tables["raw.events"].committed_at
    end = datetime.combine(days.last_day + timedelta(days=1), time(), workspace.settings.zone)
    return days.last_day if written_at >= end else days.last_day - timedelta(days=1)


def _metric_changes(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="metric_changes",
        specs=[whole_table(lake, TABLE, DESCRIPTION, OWNER, INPUTS, __file__)],
        check_specs=check_specs([TABLE]),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        found = failing_days(opened.lake, "activity.events")
        wrong = {check: sorted(map(date.fromisoformat, days)) for check, days in found.items()}
        rows = metric_changes(
            opened.engine,
            last_full_day(opened),
            wrong,
            opened.settings.zone,
            has_experiments=opened.lake.exists("raw.exposures"),
        )
        yield from kept(opened, {TABLE: rows}, context.run.run_id, INPUTS)

    return build
