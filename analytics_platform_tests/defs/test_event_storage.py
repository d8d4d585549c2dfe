"""The event log: the same history as Dagster's own storage keeps, with less work."""

from collections import Counter
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from analytics_platform.defs import launch
from analytics_platform.defs.event_storage import SpareEventLogStorage
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace

WEEK = Window(date(2025, 9, 8), date(2025, 9, 14))
SESSIONS = dg.AssetKey(["activity", "sessions"])
UNIQUE = dg.AssetCheckKey(SESSIONS, "unique_key")


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the stock storage was asked for a connection, by kind of file."""
    opened: Counter[str] = Counter()
    stock = SqliteEventLogStorage._connect

    @contextmanager
    def counted(self: SqliteEventLogStorage, shard: str) -> Any:
        opened["index" if shard == "index" else "run"] += 1
        with stock(self, shard) as connection:
            yield connection

    monkeypatch.setattr(SqliteEventLogStorage, "_connect", counted)
    return opened


def test_the_instance_of_the_platform_uses_it(kept_instance: dg.DagsterInstance) -> None:
    assert isinstance(kept_instance.event_log_storage, SpareEventLogStorage)


def test_dagsters_own_storage_reads_the_same_history(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    assert built_workspace.lake.exists("activity.events")
    outcome = launch.run(WEEK, "activity/sessions", instance=kept_instance)
    stock = SqliteEventLogStorage(str(Path(kept_instance.root_directory) / "history" / "runs"))
    assert stock.get_materialized_partitions(SESSIONS) == {str(day) for day in WEEK.days()}
    theirs = stock.get_logs_for_run(outcome.run_id)
    assert theirs == kept_instance.all_logs(outcome.run_id)
    events = [entry.get_dagster_event() for entry in theirs if entry.is_dagster_event]
    kinds = Counter(event.event_type for event in events if event.asset_key == SESSIONS)
    assert kinds[dg.DagsterEventType.ASSET_MATERIALIZATION] == len(WEEK)
    assert kinds[dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED] == len(WEEK)
    (asset,) = stock.get_asset_records([SESSIONS])
    newest = asset.asset_entry.last_materialization
    assert newest is not None
    assert newest.asset_materialization is not None
    assert newest.asset_materialization.partition == str(WEEK.last_day)
    assert asset.asset_entry.last_run_id == outcome.run_id
    (record,) = stock.get_asset_check_execution_history(UNIQUE, limit=100)
    assert record.evaluation is not None
    assert record.evaluation.passed


def test_more_days_need_hardly_more_connections(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance, connections: Counter[str]
) -> None:
    launch.run(Window(WEEK.first_day, WEEK.first_day), "activity/sessions", instance=kept_instance)
    one_day = connections.copy()
    connections.clear()
    launch.run(built_workspace.days, "activity/sessions", instance=kept_instance)
    assert connections.total() <= one_day.total() + 4


def test_a_batch_that_fails_leaves_nothing_and_is_stored_one_by_one(
    built_workspace: Workspace,
    kept_instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert built_workspace.lake.exists("activity.events")
    stock = SpareEventLogStorage.store_event_batch

    def fails_at_its_end(self: SpareEventLogStorage, events: Any) -> None:
        stock(self, [*events, "not an event"])  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(SpareEventLogStorage, "store_event_batch", fails_at_its_end)
    outcome = launch.run(WEEK, "activity/sessions", instance=kept_instance)
    assert "storing event batch" in capsys.readouterr().err
    records = kept_instance.fetch_materializations(SESSIONS, limit=100).records
    assert len(records) == len(WEEK)
    logs = kept_instance.all_logs(outcome.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    assert Counter(entry.get_dagster_event().asset_key for entry in logs)[SESSIONS] == len(WEEK)


def test_a_check_is_planned_once_however_many_days_a_run_covers(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    assert built_workspace.lake.exists("activity.events")
    for _ in range(2):
        launch.run(WEEK, "activity/sessions", instance=kept_instance)
    for name in ("unique_key", "freshness"):
        key = dg.AssetCheckKey(SESSIONS, name)
        records = kept_instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
        assert [record.status.value for record in records] in (["SUCCEEDED"] * 2, ["FAILED"] * 2)
        assert [record.partition for record in records] == [None, None]
