"""What the UI shows of a table."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from analytics_platform.defs.table_facts import (
    address,
    as_it_is,
    asset_key,
    code_references,
    column_lineage,
    column_schema,
    markdown_table,
    preview,
    rows_by_day,
)
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import MODELS, Workspace


def test_a_table_and_its_asset_share_a_name(tmp_path: Path) -> None:
    assert asset_key("activity.sessions").path == ["activity", "sessions"]
    assert address(Lake(tmp_path), "activity.sessions") == {
        "dagster/table_name": "activity.sessions",
        "dagster/uri": (tmp_path / "activity" / "sessions").as_uri(),
    }


def test_code_that_is_not_there_is_not_linked(tmp_path: Path) -> None:
    references = code_references(__file__, None, tmp_path / "gone.sql")["dagster/code_references"]
    assert [reference.file_path for reference in references.code_references] == [__file__]


def test_columns_have_types_words_and_nullability() -> None:
    field = pa.field("user_id", pa.int64(), nullable=False, metadata={"comment": "The person."})
    (described, plain) = column_schema(pa.schema([field, pa.field("plan", pa.string())])).columns
    assert (described.name, described.type, described.description) == ("user_id", "int64", "The person.")
    assert not described.constraints.nullable
    assert plain.description is None
    assert plain.constraints.nullable


@pytest.mark.parametrize("name", MODELS)
def test_every_column_of_every_model_has_a_lineage(name: str) -> None:
    lineage = column_lineage(MODELS[name])
    assert list(lineage.deps_by_column) == list(MODELS[name].columns)
    inputs = {asset_key(table) for table in MODELS[name].inputs}
    used = {dependency.asset_key for deps in lineage.deps_by_column.values() for dependency in deps}
    assert used
    assert used <= inputs


def test_days_without_rows_count_none(raw_workspace: Workspace) -> None:
    window = Window(date(2025, 8, 30), date(2025, 9, 2))
    rows = rows_by_day(raw_workspace.lake, "raw.events", window)
    held = raw_workspace.lake.scan("raw.events").collect().filter(event_date=date(2025, 9, 2)).height
    assert list(rows) == list(window.days())
    assert rows[date(2025, 8, 30)] == 0
    assert rows[date(2025, 9, 2)] == held > 0


def test_an_empty_table_has_no_rows_on_any_day(raw_workspace: Workspace) -> None:
    rows = rows_by_day(raw_workspace.lake, "raw.human_ratings", Window(date(2025, 9, 1), date(2025, 9, 1)))
    assert rows == {date(2025, 9, 1): 0}


def test_a_table_that_no_step_builds_alone_is_reported_as_it_is(raw_workspace: Workspace) -> None:
    reported = as_it_is(raw_workspace.lake, "raw.users")
    assert reported.asset_key == asset_key("raw.users")
    users = raw_workspace.lake.scan("raw.users").collect().height
    assert reported.metadata["dagster/row_count"].value == users


def test_a_preview_shows_the_first_rows_of_a_day(raw_workspace: Workspace) -> None:
    day = date(2025, 9, 2)
    first = raw_workspace.lake.scan("raw.users").collect().filter(event_date=day)["user_id"][0]
    lines = str(preview(raw_workspace, "raw.users", day).value).splitlines()
    assert lines[0].startswith("| user_id | signed_up_at |")
    assert lines[2].startswith(f"| {first} |")


def test_cells_are_cut_and_escaped() -> None:
    rows = [{"text": "a|b\nc", "long": "x" * 99, "none": None}]
    assert markdown_table(rows, ["text", "long", "none"]).splitlines() == [
        "| text | long | none |",
        "|---|---|---|",
        f"| a\\|b c | {'x' * 60}… |  |",
    ]
