"""How a SQL model becomes an asset: everything that Dagster knows of it is read from its SQL.

Belongs here: the one body that all models share. Does not: which models there are (`activity.py`,
`behaviour.py`) or what they compute (`<package>/<table>.sql`).
"""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from itertools import dropwhile

import dagster as dg

from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.defs.partitions import ONE_RUN, daily_partitions, window_of
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import (
    Metadata,
    address,
    asset_key,
    code_references,
    column_lineage,
    column_schema,
    preview,
    rows_by_day,
)
from analytics_platform.lakehouse import Model, Window
from analytics_platform.workspace import Workspace, open_workspace

COUNTED_DAYS = 400


def model_asset(model: Model, owner: str, after: Iterable[str] = ()) -> dg.AssetsDefinition:
    """The asset of a model: daily where its SQL binds a window, else rebuilt whole.

    Args:
        model: the table; its package is the group.
        owner: who answers for it, as Dagster writes owners (`team:name`).
        after: tables that its checks compare it with, so that they are built before it.
    """
    workspace = open_workspace()
    checks = checks_of(model.name)

    @dg.asset(
        key=asset_key(model.name),
        deps=[asset_key(table) for table in (*model.inputs, *after)],
        group_name=model.name.partition(".")[0],
        owners=[owner],
        kinds={"sql", "duckdb", "view" if model.is_view else "deltalake"},
        description=f"{model.description}\n\n```sql\n{_statement(model.sql)}\n```",
        code_version=hashlib.sha256(model.sql.encode()).hexdigest()[:12],
        metadata={**address(workspace.lake, model.name), **code_references(model.path, __file__)},
        partitions_def=daily_partitions(workspace) if model.is_daily else None,
        backfill_policy=ONE_RUN if model.is_daily else None,
        check_specs=[check.spec() for check in checks],
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened = workspace.open()
        window = window_of(context) if model.is_daily else opened.days
        metadata = _build(opened, model, window)
        if model.is_daily:
            report_days(context, opened, model.name, window, metadata)
            metadata = {}
        return dg.MaterializeResult(
            metadata=metadata, check_results=run_checks(checks, opened, window, context.run.run_id)
        )

    return build


def report_days(
    context: dg.AssetExecutionContext, workspace: Workspace, table: str, window: Window, metadata: Metadata
) -> None:
    """Row counts of the newest days of a run, and the rest once, on its last: events are kept for ever."""
    key = asset_key(table)
    # Dagster's cost of this grows with the square of the days.
    first_day = max(window.first_day, window.last_day - timedelta(days=COUNTED_DAYS - 1))
    for day, rows in rows_by_day(workspace.lake, table, Window(first_day, window.last_day)).items():
        context.add_asset_metadata({"dagster/partition_row_count": rows}, key, str(day))
    look = {"preview": preview(workspace, table, window.last_day), **metadata}
    context.add_asset_metadata(look, key, str(window.last_day))


def _statement(sql: str) -> str:
    """A model's SQL without the comments at its head, which are its description."""
    lines = sql.splitlines()
    return "\n".join(dropwhile(lambda line: line.startswith("--"), lines))


def _build(workspace: Workspace, model: Model, window: Window) -> Metadata:
    lineage = {"dagster/column_lineage": column_lineage(model)}
    if model.is_view:
        rows = workspace.engine.query(f"SELECT count(*) AS rows FROM {model.name}")["rows"][0].as_py()  # noqa: S608
        shown = {"dagster/row_count": rows, "preview": preview(workspace, model.name, None)}
        columns = workspace.engine.query(f"SELECT * FROM {model.name} LIMIT 0").schema  # noqa: S608
        return {**lineage, **shown, "dagster/column_schema": column_schema(columns)}
    written = workspace.engine.run(model, window if model.is_daily else None)
    facts = {
        **lineage,
        "dagster/column_schema": column_schema(written.schema),
        "rows_written": written.rows,
        "inputs": dict(sorted(written.versions.items())),
    }
    if model.is_daily:
        return facts
    return {
        **facts,
        "dagster/row_count": written.rows,
        "preview": preview(workspace, model.name, None),
    }
