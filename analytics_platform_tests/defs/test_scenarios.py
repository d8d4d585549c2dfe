"""Scenarios as assets: built whole, checked, and skipped where nothing can be played."""

from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import launch, validation
from analytics_platform.defs.scenarios import DESCRIPTIONS
from analytics_platform.forecasts import scenarios_run
from analytics_platform.forecasts.scenarios import TABLES
from analytics_platform.lakehouse import Lake
from analytics_platform.validation.scenario_replays import REPLAYS_SCHEMA, TABLE
from analytics_platform.workspace import open_workspace
from analytics_platform_tests.forecasts.scenario_lake import write_product

SELECTED = ",".join(table.replace(".", "/") for table in TABLES)


def test_every_table_is_described():
    assert DESCRIPTIONS.keys() == TABLES.keys()


def test_scenarios_are_built_and_their_checks_pass(
    settings_in_force: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    whole = scenarios_run.fitted
    monkeypatch.setattr(scenarios_run, "fitted", lambda *given: whole(*given[:3], 4))
    write_product(Lake(settings_in_force / "lake"), users=500)
    outcome = launch.run(select=SELECTED, instance=instance)
    assert outcome.succeeded, outcome.error
    held = open_workspace().lake.scan("quality.check_results").collect()
    own = held.filter(held["table_name"].is_in(list(TABLES)))
    assert own.height == 5
    assert own["passed"].all()


@pytest.mark.usefixtures("settings_in_force")
def test_scenarios_are_played_where_events_are_simulated_only(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(validation, "replays", lambda _: REPLAYS_SCHEMA.empty_table())
    outcome = launch.run(select="validation/scenario_replays", instance=instance)
    assert outcome.succeeded, outcome.error
    assert open_workspace().lake.exists(TABLE)
