"""The workspace that assets open."""

from pathlib import Path

import dagster as dg
import pytest
from dagster_duckdb import DuckDBResource

from analytics_platform.defs.resources import WorkspaceResource, resources


def test_the_workspace_is_that_of_the_settings_and_queries_through_dagsters_duckdb(
    settings_in_force: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = DuckDBResource(database=":memory:", connection_config={"memory_limit": "300MB", "threads": "1"})
    workspace = WorkspaceResource(duckdb=duckdb).open()
    assert workspace.lake.root == settings_in_force / "lake"
    sql = "SELECT current_setting('memory_limit') AS memory, current_setting('custom_user_agent') AS agent"
    (row,) = workspace.engine.query(sql).to_pylist()
    assert row == {"memory": "286.1 MiB", "agent": "dagster"}
    monkeypatch.setenv("ANALYTICS_LAKE", "elsewhere")
    assert WorkspaceResource(duckdb=duckdb).open().lake.root == Path("elsewhere")


def test_memory_spill_and_threads_follow_the_settings(
    settings_in_force: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_MEMORY_LIMIT", "500MB")
    monkeypatch.setenv("ANALYTICS_THREADS", "1")
    duckdb = (resources().resources or {})["duckdb"]
    assert duckdb.connection_config == {
        "memory_limit": "500MB",
        "temp_directory": str(settings_in_force / "lake.spill"),
        "threads": "1",
    }


def test_assets_receive_it(settings_in_force: Path, instance: dg.DagsterInstance) -> None:
    seen: list[Path] = []

    @dg.asset
    def table(workspace: WorkspaceResource) -> None:
        seen.append(workspace.open().lake.root)

    duckdb = DuckDBResource(database=":memory:")
    dg.materialize([table], instance=instance, resources={"workspace": WorkspaceResource(duckdb=duckdb)})
    assert seen == [settings_in_force / "lake"]
