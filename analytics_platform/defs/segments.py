"""Kinds of users as assets: who is in which segment, what sets segments apart, who moves.

Belongs here: which tables there are. Does not: how people are divided (`behaviour/segments`).
"""

from collections.abc import Iterable

import dagster as dg

from analytics_platform.behaviour.segments import DESCRIPTIONS, segment_tables
from analytics_platform.defs.metric_changes import last_full_day
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace

OWNER = "team:product_analytics"
INPUTS = ("activity.user_days",)
SEGMENTS = "behaviour.segments"
DERIVED = ("behaviour.segment_profiles", "behaviour.segment_transitions")
"""What is counted over the people of each segment."""

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def segments() -> dg.Definitions:
    """Four tables, built together."""
    return dg.Definitions(assets=[_segments(open_workspace().lake)])


def _segments(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="segments",
        specs=[
            whole_table(
                lake, table, said, OWNER, (*INPUTS, *([SEGMENTS] if table in DERIVED else [])), __file__
            )
            for table, said in DESCRIPTIONS.items()
        ],
        check_specs=check_specs(DESCRIPTIONS),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        tables = segment_tables(opened.engine, last_full_day(opened))
        yield from kept(opened, tables, context.run.run_id, INPUTS)

    return build
