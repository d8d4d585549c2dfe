"""Tables that Python builds whole: what Dagster is told of them, and how their rows are kept.

Belongs here: what such assets share. Does not: which tables there are (`experiments.py`, `validation.py`) or
how their rows come about (the packages of those names).
"""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.defs.table_facts import address, asset_key, code_references, column_schema, preview
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import Workspace


def whole_table(
    lake: Lake, table: str, description: str, owner: str, inputs: Iterable[str], *paths: str
) -> dg.AssetSpec:
    """The announcement of a table that is rebuilt whole.

    Args:
        lake: where it lies.
        table: `schema.table`; the schema is the group.
        description: what a row is.
        owner: who answers for it, as Dagster writes owners (`team:name`).
        inputs: tables that it is made of.
        paths: files that define it.
    """
    return dg.AssetSpec(
        asset_key(table),
        deps=[asset_key(name) for name in inputs],
        group_name=table.partition(".")[0],
        owners=[owner],
        kinds={"python", "deltalake"},
        description=description,
        metadata={**address(lake, table), **code_references(*paths)},
    )


def check_specs(tables: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """The checks that run with tables, as their asset announces them."""
    return [check.spec() for table in tables for check in checks_of(table)]


def kept(
    workspace: Workspace, tables: Mapping[str, pa.Table], run_id: str, inputs: Iterable[str] = ()
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Write whole tables, tell of each its rows, its columns and a look at it, and run their checks.

    The commit keeps the versions of the inputs, by which a page finds the checks that a table rests on.
    """
    lake = workspace.lake
    note = {"inputs": str(lake.snapshot(sorted(name for name in inputs if lake.exists(name))))}
    for table, rows in tables.items():
        lake.replace(table, [rows], rows.schema, note)
        yield told(workspace, table, rows.num_rows)
    checks = [check for table in tables for check in checks_of(table)]
    if checks:
        yield from run_checks(checks, workspace, workspace.days, run_id)


def told(workspace: Workspace, table: str, rows: int) -> dg.MaterializeResult:
    """What is told of a table that was just written."""
    columns = workspace.lake.snapshot([table]).tables[table].schema
    return dg.MaterializeResult(
        asset_key=asset_key(table),
        metadata={
            "dagster/row_count": rows,
            "dagster/column_schema": column_schema(columns),
            "preview": preview(workspace, table, None),
        },
    )
