"""What the UI shows of a table: where it lies, its columns and their origin, its rows, a look at them.

Belongs here: metadata read from the lake, a contract or a model. Does not: the assets themselves.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from analytics_platform.event_contract import CONTRACTS
from analytics_platform.experiments.catalogue_table import SCHEMAS
from analytics_platform.lakehouse import Lake, Model, Window
from analytics_platform.llm_quality import SCORES, interaction_scores
from analytics_platform.workspace import MODELS, Workspace

PYTHON_BUILT = {**SCHEMAS, SCORES: interaction_scores.SCHEMA}
"""Columns of the tables that Python builds and a model reads."""

PREVIEW_ROWS = 5
SHOWN_CHARACTERS = 60

Metadata = dict[str, Any]


def asset_key(table: str) -> dg.AssetKey:
    """`activity.sessions` is the asset `activity/sessions`."""
    return dg.AssetKey(table.split("."))


def address(lake: Lake, table: str) -> Metadata:
    """A table's name and where its files lie."""
    return {"dagster/table_name": table, "dagster/uri": lake.path(table).absolute().as_uri()}


def code_references(*paths: Path | str | None) -> Metadata:
    """Links to the files that define an asset; those that do not exist are left out."""
    files = [Path(path) for path in paths if path is not None and Path(path).exists()]
    references = [dg.LocalFileCodeReference(file_path=str(file), label=file.name) for file in files]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[*references])}


def column_schema(schema: pa.Schema) -> dg.TableSchema:
    """Columns with their types and the sentence that describes each."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                field.name,
                type=str(field.type),
                description=_comment(field),
                constraints=dg.TableColumnConstraints(nullable=field.nullable),
            )
            for field in schema
        ]
    )


def column_lineage(model: Model) -> dg.TableColumnLineage:
    """Which columns of its inputs each column of a model is computed from."""
    origins = model.column_lineage({table: _column_names(table) for table in model.inputs})
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(asset_key(table), name) for table, name in pairs]
            for column, pairs in origins.items()
        }
    )


def rows_by_day(lake: Lake, table: str, window: Window) -> dict[date, int]:
    """Rows of every day of a window, from the table's log alone."""
    actions = pa.table(lake.open(table).get_add_actions(flatten=True))
    rows = dict.fromkeys(window.days(), 0)
    days: list[date] = actions["partition.event_date"].to_pylist() if actions.num_rows else []
    for day, count in zip(days, actions["num_records"].to_pylist(), strict=True):
        if day in rows:
            rows[day] += count
    return rows


def as_it_is(lake: Lake, table: str) -> dg.AssetMaterialization:
    """A table that no step builds alone, reported with the rows it has now."""
    rows = lake.snapshot([table]).tables[table].rows
    return dg.AssetMaterialization(asset_key(table), metadata={"dagster/row_count": rows})


def preview(workspace: Workspace, table: str, day: date | None) -> dg.MarkdownMetadataValue:
    """The first rows of a table, of one day where a day is given."""
    only_day = "" if day is None else "WHERE event_date = $day"
    parameters = {} if day is None else {"day": day}
    rows = workspace.engine.query(f"SELECT * FROM {table} {only_day} LIMIT {PREVIEW_ROWS}", parameters)  # noqa: S608
    return dg.MetadataValue.md(markdown_table(rows.to_pylist(), rows.column_names))


def markdown_table(rows: Iterable[Mapping[str, object]], columns: Iterable[str]) -> str:
    """Rows as a Markdown table; long values are cut."""
    names = list(columns)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(_cell(row[name]) for name in names)} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _column_names(table: str) -> list[str]:
    if table in MODELS:
        return list(MODELS[table].columns)
    return PYTHON_BUILT[table].names if table in PYTHON_BUILT else CONTRACTS[table].names


def _comment(field: pa.Field) -> str | None:
    return (field.metadata or {}).get(b"comment", b"").decode() or None
