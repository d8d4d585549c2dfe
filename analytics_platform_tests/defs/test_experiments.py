"""The experiments as assets, over a small lake with one experiment."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from analytics_platform.activity import SESSIONS
from analytics_platform.defs import launch
from analytics_platform.defs.experiments import CATALOGUE, begun
from analytics_platform.experiments.tables import TABLES
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace
from analytics_platform_tests.derived_rows import days, user_day
from analytics_platform_tests.experiments.small_experiments import planned, shown, write

HINT = {
    "id": "hint",
    "hypothesis": "A hint helps.",
    "variants": {"control": 0.5, "treatment": 0.5},
    "first_day": 5,
    "last_day": 14,
    "primary": "sessions",
    "pre_period_days": 5,
}
LATER = {**HINT, "id": "later", "first_day": 400, "last_day": 410}


def selected(tables: object) -> str:
    return ",".join(table.replace(".", "/") for table in tables)  # pyright: ignore[reportGeneralTypeIssues]


@pytest.fixture
def lake(settings_in_force: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Forty users in one experiment, every table before the readouts built, and a catalogue of two."""
    (settings_in_force / "mine.yaml").write_text(yaml.safe_dump({"experiments": [HINT, LATER]}))
    monkeypatch.setenv("ANALYTICS_EXPERIMENTS", "mine.yaml")
    found = write(
        Lake(settings_in_force / "lake"),
        planned(),
        user_days=[
            user_day(user_id, offset, sessions=1 + user_id % 4)
            for user_id in range(1, 41)
            for offset in (3, 6, 9)
        ],
        exposures=[shown(user_id, 5, "treatment" if user_id % 2 else "control") for user_id in range(1, 41)],
    )
    found.engine.run(SESSIONS, days(0, 24))
    return found.lake


@pytest.mark.usefixtures("lake")
def test_only_experiments_that_have_begun_are_read():
    assert [experiment.id for experiment in begun(open_workspace())] == ["hint"]


def test_the_catalogue_is_written_and_counted(lake: Lake, instance: dg.DagsterInstance):
    outcome = launch.run(select=selected(CATALOGUE), instance=instance)

    assert outcome.succeeded, outcome.error
    assert lake.scan("experiments.catalogue").collect()["experiment_id"].to_list() == ["hint", "later"]


def test_readouts_are_written_with_their_columns_explained(lake: Lake, instance: dg.DagsterInstance):
    outcome = launch.run(select=selected(TABLES), instance=instance)

    assert outcome.succeeded, outcome.error
    assert lake.scan("experiments.decisions").collect()["experiment_id"].to_list() == ["hint"]
    for table in TABLES:
        event = instance.get_latest_materialization_event(dg.AssetKey(table.split(".")))
        assert event is not None
        assert event.asset_materialization is not None
        metadata = event.asset_materialization.metadata
        assert metadata["dagster/row_count"].value == lake.scan(table).collect().height
        assert all(column.description for column in metadata["dagster/column_schema"].value.columns)


def test_a_log_without_a_catalogue_has_no_experiment(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    assert lake
    monkeypatch.delenv("ANALYTICS_EXPERIMENTS")
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")

    assert begun(open_workspace()) == []
