"""The simulated world: the source of raw rows where no log is read, and its planted truth.

Belongs here: everything that touches the simulator. Does not: the raw tables as assets (`raw.py`), which
are the same whatever fills them.
"""

from collections.abc import Iterator

import dagster as dg

from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import address, asset_key, code_references, column_schema, preview
from analytics_platform.lakehouse import Window
from analytics_platform.simulation import (
    load_world,
    simulate,
    write_churn_truth,
    write_text_truth,
    write_truth,
)
from analytics_platform.workspace import Workspace, open_workspace

TRUTH = {
    "truth.effects": "The true effect of each planted experiment on each metric.",
    "truth.parameters": "The value of every parameter of the simulated world.",
    "truth.hallucinations": "Which kept answers hold which planted error, and where.",
    "truth.raters": "The severity, sensitivity and specificity planted in each expert.",
    "truth.churn": "The true chance that a user stays away for 28 days, by snapshot day.",
}


def simulate_window(workspace: Workspace, window: Window) -> None:
    """Write the raw rows of a window of the world that the settings describe."""
    simulate(workspace.lake, load_world(workspace.settings), window)


@dg.definitions
def simulation() -> dg.Definitions:
    """Tables that only certificates may read; nothing is written where events come from a log."""
    lake = open_workspace().lake

    @dg.multi_asset(
        name="truth",
        specs=[
            dg.AssetSpec(
                asset_key(table),
                group_name="simulation",
                owners=["team:data_platform"],
                kinds={"python", "deltalake"},
                description=description,
                metadata={**address(lake, table), **code_references(__file__)},
                skippable=True,
            )
            for table, description in TRUTH.items()
        ],
    )
    def truth(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open()
        if opened.source == "logs":
            context.log.info("Events come from a log: there is no planted truth.")
            return
        world = load_world(opened.settings)
        for table, rows in {
            **write_truth(opened.lake, world),
            **write_text_truth(opened.lake, world),
            **write_churn_truth(opened.lake, world),
        }.items():
            shown = preview(opened, table, None)
            columns = opened.lake.snapshot([table]).tables[table].schema
            yield dg.MaterializeResult(
                asset_key=asset_key(table),
                metadata={
                    "dagster/row_count": rows,
                    "dagster/column_schema": column_schema(columns),
                    "preview": shown,
                },
            )

    return dg.Definitions(assets=[truth])
