"""Freshness: what is expected when, and what is said when it is missing."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import freshness, launch
from analytics_platform.defs.freshness import expected_day
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

EARLY = Window(date(2025, 9, 1), date(2025, 9, 20))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2025, 8, 20, 12, tzinfo=UTC), None),
        (datetime(2025, 9, 2, 5, tzinfo=UTC), None),
        (datetime(2025, 9, 2, 7, tzinfo=UTC), date(2025, 9, 1)),
        (datetime(2025, 9, 20, 5, 59, tzinfo=UTC), date(2025, 9, 18)),
        (datetime(2025, 9, 20, 6, 0, tzinfo=UTC), date(2025, 9, 19)),
        (datetime(2026, 9, 1, tzinfo=UTC), date(2025, 10, 15)),
    ],
)
@pytest.mark.usefixtures("settings_in_force")
def test_a_world_is_expected_to_yesterday_or_its_end(now: datetime, day: date | None) -> None:
    assert expected_day(open_workspace(), now) == day


@pytest.mark.usefixtures("settings_in_force")
def test_yesterday_is_that_of_the_reporting_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_TIMEZONE", "Asia/Tokyo")
    now = datetime(2025, 9, 19, 22, tzinfo=UTC)  # 07:00 on the 20th in Tokyo
    assert expected_day(open_workspace(), now) == date(2025, 9, 19)


@pytest.mark.parametrize(("log_path", "day"), [("", date(2025, 10, 15)), ("events.csv", date(2026, 1, 8))])
def test_a_log_is_expected_to_its_end_unless_every_run_reads_it_anew(
    log_path: str, day: date, raw_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert raw_workspace.lake.exists("raw.events")
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    if log_path:
        monkeypatch.setenv("ANALYTICS_LOG_PATH", log_path)
    assert expected_day(open_workspace(), datetime(2026, 1, 9, 12, tzinfo=UTC)) == day


@pytest.mark.usefixtures("settings_in_force")
def test_nothing_is_expected_before_the_first_ingest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    assert expected_day(open_workspace(), datetime(2026, 1, 9, tzinfo=UTC)) is None


def test_a_table_that_stops_too_early_is_a_warning(
    raw_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    outcome = launch.run(EARLY, "activity/events", instance=kept_instance)
    (found,) = [check for check in outcome.checks if check.name == freshness.NAME]
    assert outcome.succeeded
    assert (found.table, found.passed, found.is_error) == ("activity.events", False, False)
    launch.run(raw_workspace.days, "activity/events", instance=kept_instance)
    key = dg.AssetCheckKey(dg.AssetKey(["activity", "events"]), freshness.NAME)
    history = kept_instance.event_log_storage.get_asset_check_execution_history(key, limit=2)
    newest, oldest = (record.evaluation for record in history)
    assert newest is not None
    assert newest.passed
    assert newest.metadata["newest_day"].value == newest.metadata["expected_day"].value == "2025-10-15"
    assert oldest is not None
    assert oldest.metadata["newest_day"].value == "2025-09-20"


def test_a_table_that_is_not_there_is_not_fresh(
    settings_in_force: Path, instance: dg.DagsterInstance
) -> None:
    definitions = dg.load_from_defs_folder(path_within_project=Path(freshness.__file__).parent)
    assert settings_in_force.exists()
    job = definitions.resolve_job_def("check_freshness")
    result = job.execute_in_process(instance=instance)
    evaluations = result.get_asset_check_evaluations()
    assert {evaluation.asset_key.to_user_string() for evaluation in evaluations} == {
        table.replace(".", "/") for table in freshness.DAILY_TABLES
    }
    assert not any(evaluation.passed for evaluation in evaluations)
