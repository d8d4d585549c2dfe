"""Funnels and journeys as assets: who took which steps, where the others stopped, and the ways users take.

Belongs here: which tables there are. Does not: how a step is found (`behaviour/funnels`) or a path counted
(`behaviour/journeys`).
"""

from collections.abc import Iterable

import dagster as dg

from analytics_platform.behaviour import funnels, journeys
from analytics_platform.behaviour.funnels import users
from analytics_platform.behaviour.funnels.in_force import paths_in_force
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace

OWNER = "team:product_analytics"
EVENTS = ("activity.events", "activity.users")
COUNTED_FROM = (*EVENTS, users.TABLE)
BEFORE_ENTRY = (users.TABLE, "activity.user_days", "activity.users")
PATHS = ("activity.events", "activity.sessions", "activity.users")

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def funnel_assets() -> dg.Definitions:
    """Funnels are counted from one list of users; what drives them reads that list; journeys stand apart."""
    lake = open_workspace().lake
    return dg.Definitions(assets=[_funnels(lake), _drivers(lake), _journeys(lake)])


def _funnels(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="funnels",
        specs=[
            whole_table(lake, table, said, OWNER, EVENTS if table == users.TABLE else COUNTED_FROM, __file__)
            for table, said in funnels.DESCRIPTIONS.items()
        ],
        check_specs=check_specs(funnels.DESCRIPTIONS),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        defined = paths_in_force(opened.settings).funnels
        tables = funnels.funnel_tables(opened.lake, defined, opened.days, opened.settings.zone)
        yield from kept(opened, tables, context.run.run_id, EVENTS)

    return build


def _drivers(lake: Lake) -> dg.AssetsDefinition:
    said = funnels.COUNTED[funnels.DRIVERS]

    @dg.multi_asset(
        name="funnel_drivers",
        specs=[whole_table(lake, funnels.DRIVERS, said, OWNER, BEFORE_ENTRY, __file__)],
        check_specs=check_specs([funnels.DRIVERS]),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        table = funnels.driver_table(opened.engine, paths_in_force(opened.settings).funnels)
        yield from kept(opened, {funnels.DRIVERS: table}, context.run.run_id, BEFORE_ENTRY)

    return build


def _journeys(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="journeys",
        specs=[
            whole_table(lake, table, said, OWNER, PATHS, __file__)
            for table, said in journeys.DESCRIPTIONS.items()
        ],
        check_specs=check_specs(journeys.DESCRIPTIONS),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        wanted = paths_in_force(opened.settings).journeys
        tables = journeys.journey_tables(opened.engine, wanted, opened.days)
        yield from kept(opened, tables, context.run.run_id, PATHS)

    return build
