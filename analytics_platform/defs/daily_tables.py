"""Tables that Python builds day by day: what Dagster is told of them, and how a window is replaced.

Belongs here: what such assets share. Does not: which tables there are (`churn.py`, `llm_quality.py`) or how
their rows come about (the packages of those names).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.defs.model_assets import report_days
from analytics_platform.defs.partitions import ONE_RUN, daily_partitions, window_of
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import address, asset_key, code_references, column_schema
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class DailyTable:
    """What is announced of a daily table.

    Attributes:
        name: `schema.table`; the schema is the group.
        description: what a row is.
        owner: who answers for it, as Dagster writes owners (`team:name`).
        inputs: tables that it is made of.
        schema: its columns.
        path: file that defines it.
    """

    name: str
    description: str
    owner: str
    inputs: tuple[str, ...]
    schema: pa.Schema
    path: str


def daily_table(
    table: DailyTable, rows: Callable[[Workspace, Window], Iterable[pa.Table]]
) -> dg.AssetsDefinition:
    """The asset of a daily table: a run replaces its window and runs the table's checks.

    Args:
        table: what is announced.
        rows: the rows of a window.
    """
    workspace = open_workspace()
    checks = checks_of(table.name)

    @dg.asset(
        key=asset_key(table.name),
        deps=[asset_key(name) for name in table.inputs],
        group_name=table.name.partition(".")[0],
        owners=[table.owner],
        kinds={"python", "deltalake"},
        description=table.description,
        metadata={
            **address(workspace.lake, table.name),
            **code_references(table.path),
            "dagster/column_schema": column_schema(table.schema),
        },
        partitions_def=daily_partitions(workspace),
        backfill_policy=ONE_RUN,
        check_specs=[check.spec() for check in checks],
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened, window = workspace.open(), window_of(context)
        opened.lake.replace_days(table.name, window, rows(opened, window), table.schema)
        report_days(context, opened, table.name, window, {})
        return dg.MaterializeResult(check_results=run_checks(checks, opened, window, context.run.run_id))

    return build
