"""Dagster's home: made once, configured, never overwritten."""

import os
from pathlib import Path

import pytest
import yaml
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus

from analytics_platform.defs import instance
from analytics_platform.defs.instance import open_instance, prepare_home
from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import load_settings


@pytest.fixture(autouse=True)
def environment(settings_in_force: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_in_force.exists()
    monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")
    monkeypatch.delenv("DAGSTER_HOME")


def test_history_lies_beside_the_lake_and_processes_are_told_where(tmp_path: Path) -> None:
    assert prepare_home(load_settings()) == tmp_path / "lake.dagster"
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "lake.dagster")
    assert int(os.environ["DAGSTER_EVENT_BATCH_SIZE"]) > 100


def test_a_setting_names_another_place_even_relative_to_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_DAGSTER_HOME", "history")
    assert prepare_home(load_settings()) == tmp_path / "history"


def test_a_configuration_that_was_edited_stays(tmp_path: Path) -> None:
    home = prepare_home(load_settings())
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    prepare_home(load_settings())
    assert (tmp_path / "lake.dagster" / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANALYTICS_DAGSTER_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(
        AnalyticsError, match=r"Dagster's history cannot be kept in .*file/home: Not a directory"
    ):
        prepare_home(load_settings())


def test_a_broken_configuration_is_one_sentence() -> None:
    home = prepare_home(load_settings())
    (home / "dagster.yaml").write_text("telemetry: {enbled: false}\n")
    with pytest.raises(AnalyticsError, match=r"dagster\.yaml is not a valid configuration"):
        open_instance(load_settings())


def test_the_configuration_keeps_to_itself_and_tidies_up() -> None:
    config = yaml.safe_load(Path(instance.__file__).with_name("dagster.yaml").read_text())
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}
    with open_instance(load_settings()) as opened:
        assert not opened.telemetry_enabled
        assert not opened.nux_enabled
        assert opened.run_monitoring_enabled
        assert opened.get_concurrency_config().run_queue_config.max_concurrent_runs == 2
        ticks = opened.get_tick_retention_settings(InstigatorType.SENSOR)
        assert ticks[TickStatus.SKIPPED] == 1
        assert ticks[TickStatus.FAILURE] == 30
