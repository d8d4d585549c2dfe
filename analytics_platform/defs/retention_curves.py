"""Projected retention as an asset.

Belongs here: what it is made of. Does not: how a curve is fitted (`forecasts`, `stats`).
"""

from collections.abc import Iterable

import dagster as dg

from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.forecasts import retention_curves as curves
from analytics_platform.workspace import open_workspace

OWNER = "team:product_analytics"


@dg.definitions
def retention_curves() -> dg.Definitions:
    """One table, rebuilt whole from the lives of users."""
    lake, inputs = open_workspace().lake, [curves.LIFETIMES]

    @dg.multi_asset(
        name="retention_curves",
        specs=[whole_table(lake, curves.TABLE, curves.DESCRIPTION, OWNER, inputs, curves.__file__)],
        check_specs=check_specs([curves.TABLE]),
    )
    def build(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterable[dg.MaterializeResult | dg.AssetCheckResult]:
        opened = workspace.open()
        rows = curves.retention_curves(opened.engine)
        yield from kept(opened, {curves.TABLE: rows}, context.run.run_id, inputs)

    return dg.Definitions(assets=[build])
