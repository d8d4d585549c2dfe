"""`tables`, `describe` and `dictionary`: what the lake holds and what it means."""

import sys
from typing import Annotated

import polars as pl
import pyarrow as pa
import typer

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.cli.options import AsOfOption, pinned
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.event_contract.dictionary import data_dictionary
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.duckdb_engine import STORABLE
from analytics_platform.lakehouse.lake import PARTITION
from analytics_platform.workspace import MODELS, VIEWS, open_workspace

CATALOGUE = {
    "table": pl.String,
    "kind": pl.String,
    "rows": pl.Int64,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "version": pl.Int64,
    "committed_at": pl.Datetime("us", "UTC"),
    "description": pl.String,
}
TYPES = {stored: name for name, stored in STORABLE.items()}
COLUMNS = {"column": pl.String, "type": pl.String, "meaning": pl.String}


def tables(form: FormatOption = "table") -> None:
    """List the tables of the lake.

    A daily table is replaced by whole days, a whole one at once; a view is computed on reading.

    Example:
        analytics-platform tables
        analytics-platform tables --format json
    """
    workspace = open_workspace()
    stored = workspace.lake.tables()
    rows = [_stored(workspace.lake, name) for name in stored]
    rows += [{"table": name, "kind": "view", "description": view.description} for name, view in VIEWS.items()]
    show(pl.DataFrame(sorted(rows, key=lambda row: str(row["table"])), CATALOGUE), form)
    if not stored:
        notes.print(f"The lake {workspace.settings.lake} is empty: start with `analytics-platform demo`.")


def describe(
    table: Annotated[str, typer.Argument(help="Table or view, as schema.table.")],
    as_of: AsOfOption = None,
    form: FormatOption = "table",
) -> None:
    """Describe a table and its columns.

    Example:
        analytics-platform describe activity.sessions
        analytics-platform describe raw.events --as-of "version 1" --format json
    """
    engine = open_workspace().engine
    query = f"SELECT * FROM {table}"  # noqa: S608
    snapshot = pinned(engine, query, as_of)
    with engine.stream(query, snapshot=snapshot) as rows:
        types = rows.schema
    stored = snapshot.tables[table].schema if table in snapshot.tables else pa.schema([])
    meanings = VIEWS[table].columns if table in VIEWS else {field.name: _comment(field) for field in stored}
    columns = [(field.name, TYPES.get(field.type), meanings.get(field.name)) for field in types]
    title = f"{table}: {_description(table)} Read from {snapshot}."
    show(pl.DataFrame(columns, COLUMNS, orient="row"), form, title)


def dictionary() -> None:
    """Print the data dictionary of the raw tables as Markdown.

    Example:
        analytics-platform dictionary > docs/data_dictionary.md
    """
    sys.stdout.write(data_dictionary())


def _stored(lake: Lake, name: str) -> dict[str, object]:
    table = lake.snapshot([name]).tables[name]
    days = lake.days(name) if PARTITION in table.delta.metadata().partition_columns else None
    return {
        "table": name,
        "kind": "whole" if days is None else "daily",
        "rows": table.rows,
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "version": table.version,
        "committed_at": table.committed_at,
        "description": _description(name),
    }


def _description(name: str) -> str:
    """What a row is and what names it, where the table is a contract's or a model's."""
    known = CONTRACTS.get(name) or MODELS.get(name)
    return f"{known.description} Key: {', '.join(known.key)}." if known else ""


def _comment(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"comment", b"").decode()
