"""Models as assets: what a run records of a daily table, a whole one and a view."""

from datetime import date

import dagster as dg
import polars as pl
import pytest

from analytics_platform.defs import launch, model_assets
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import MODELS, Workspace

WEEK = Window(date(2025, 9, 8), date(2025, 9, 14))


def materializations(instance: dg.DagsterInstance, table: str) -> list[dg.AssetMaterialization]:
    """What is recorded of a table, newest first."""
    records = instance.fetch_materializations(dg.AssetKey(table.split(".")), limit=100).records
    return [record.asset_materialization for record in records if record.asset_materialization]


def test_each_day_of_a_daily_table_has_its_rows_and_the_last_one_everything_else(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    launch.run(WEEK, "activity/sessions", instance=instance)
    recorded = materializations(instance, "activity.sessions")
    by_day = {entry.partition: entry.metadata for entry in recorded}
    held = built_workspace.lake.scan("activity.sessions").group_by("event_date").len().collect()
    rows = {str(day): count for day, count in held.iter_rows()}
    assert by_day.keys() == {str(day) for day in WEEK.days()}
    assert {day: entry["dagster/partition_row_count"].value for day, entry in by_day.items()} == {
        str(day): rows[str(day)] for day in WEEK.days()
    }
    last = by_day.pop(str(WEEK.last_day))
    assert all(set(entry) == {"dagster/partition_row_count"} for entry in by_day.values())
    assert last["rows_written"].value == sum(rows[str(day)] for day in WEEK.days())
    assert last["inputs"].value == built_workspace.lake.snapshot(["activity.events"]).versions
    assert str(last["preview"].value).count("\n") == 1 + 5


def test_a_run_over_very_many_days_counts_the_newest(
    built_workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built_workspace.lake.exists("activity.events")
    monkeypatch.setattr(model_assets, "COUNTED_DAYS", 3)
    launch.run(WEEK, "activity/sessions", instance=instance)
    recorded = materializations(instance, "activity.sessions")
    counted = [entry.partition for entry in recorded if "dagster/partition_row_count" in entry.metadata]
    assert len(recorded) == len(WEEK)
    assert sorted(counted) == ["2025-09-12", "2025-09-13", "2025-09-14"]


def test_columns_carry_the_words_that_stand_beside_them_in_the_sql(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    assert built_workspace.lake.exists("activity.user_days")
    launch.run(WEEK, "activity/users", instance=instance)
    (recorded,) = materializations(instance, "activity.users")
    schema = recorded.metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    model = MODELS["activity.users"]
    assert {column.name: column.description for column in schema.columns} == model.columns
    types = {column.name: column.type for column in schema.columns}
    assert types["user_id"] == "int64"
    assert types["cohort_week"] == "date32[day]"


def test_columns_know_where_they_come_from(built_workspace: Workspace, instance: dg.DagsterInstance) -> None:
    assert built_workspace.lake.exists("activity.user_days")
    launch.run(WEEK, "activity/users", instance=instance)
    (recorded,) = materializations(instance, "activity.users")
    lineage = recorded.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    origins = {
        (dependency.asset_key.to_user_string(), dependency.column_name)
        for dependency in lineage.deps_by_column["signed_up_at"]
    }
    assert origins == {("raw/users", "signed_up_at")}


def test_a_view_is_read_and_nothing_is_stored(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    outcome = launch.run(WEEK, "activity/event_log", instance=instance)
    assert outcome.succeeded, outcome.error
    (recorded,) = materializations(instance, "activity.event_log")
    assert recorded.partition is None
    events = built_workspace.lake.scan("activity.events").filter(~pl.col("is_bot")).collect()
    assert recorded.metadata["dagster/row_count"].value == events.height
    schema = recorded.metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert len(schema.columns) == 11
    assert not built_workspace.lake.exists("activity.event_log")


def test_a_run_of_one_day_works_for_every_daily_table(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    day = Window(date(2025, 10, 1), date(2025, 10, 1))
    tables = [name for name, model in MODELS.items() if model.is_daily]
    before = {table: built_workspace.lake.scan(table).collect().height for table in tables}
    outcome = launch.run(day, ",".join(tables), instance=instance)
    assert outcome.succeeded, outcome.error
    for table in tables:
        assert [entry.partition for entry in materializations(instance, table)] == ["2025-10-01"]
        assert built_workspace.lake.scan(table).collect().height == before[table]
