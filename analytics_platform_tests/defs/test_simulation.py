"""The simulated source and its truth."""

from datetime import date

import dagster as dg
import pytest

from analytics_platform.defs import launch
from analytics_platform.defs.simulation import simulate_window
from analytics_platform.event_contract import EVENTS
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import open_workspace

DAYS = Window(date(2025, 9, 1), date(2025, 9, 3))


@pytest.fixture
def tiny_world(settings_in_force: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_in_force
    monkeypatch.setenv("ANALYTICS_USERS", "200")
    monkeypatch.setenv("ANALYTICS_DAYS", "3")


@pytest.mark.usefixtures("tiny_world")
def test_a_window_of_the_world_is_simulated() -> None:
    workspace = open_workspace()
    simulate_window(workspace, DAYS)
    assert workspace.lake.days("raw.events") == list(DAYS.days())


@pytest.mark.usefixtures("tiny_world")
def test_the_truth_of_a_world_is_written_and_counted(instance: dg.DagsterInstance) -> None:
    outcome = launch.run(select="truth/*", instance=instance)
    assert outcome.succeeded, outcome.error
    lake = open_workspace().lake
    for table in ("truth.effects", "truth.parameters"):
        event = instance.get_latest_materialization_event(dg.AssetKey(table.split(".")))
        assert event is not None
        assert event.asset_materialization is not None
        rows = event.asset_materialization.metadata["dagster/row_count"].value
        assert rows == lake.scan(table).collect().height
    assert "activity.base_logit" in set(lake.scan("truth.parameters").collect()["parameter"])


@pytest.mark.usefixtures("tiny_world")
def test_a_log_has_no_truth(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "events.csv")
    lake = open_workspace().lake
    lake.replace_days("raw.events", DAYS, [], EVENTS.arrow_schema())
    outcome = launch.run(DAYS, "truth/*", instance=instance)
    assert outcome.succeeded, outcome.error
    assert instance.get_latest_materialization_event(dg.AssetKey(["truth", "effects"])) is None
    assert not lake.exists("truth.effects")
