"""Schedules: which window a tick builds, and when it builds none."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from analytics_platform.defs import launch, schedules
from analytics_platform.defs.schedules import _reached_by_late_files, late_window, range_tags
from analytics_platform.event_contract import INGESTED_FILES
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

WEEK = Window(date(2025, 9, 8), date(2025, 9, 14))


@pytest.mark.parametrize(
    ("yesterday", "late_days", "window"),
    [
        (date(2025, 9, 20), "3", Window(date(2025, 9, 17), date(2025, 9, 20))),
        (date(2025, 9, 20), "0", Window(date(2025, 9, 20), date(2025, 9, 20))),
        (date(2025, 9, 2), "3", Window(date(2025, 9, 1), date(2025, 9, 2))),
        (date(2025, 10, 15), "1", Window(date(2025, 10, 14), date(2025, 10, 15))),
    ],
)
@pytest.mark.usefixtures("settings_in_force")
def test_yesterday_and_the_days_that_late_events_may_reach_are_built(
    yesterday: date, late_days: str, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_LATE_DAYS", late_days)
    assert late_window(open_workspace(), yesterday) == window


@pytest.mark.usefixtures("settings_in_force")
def test_days_that_a_late_file_reached_are_built_again() -> None:
    workspace, yesterday = open_workspace(), date(2025, 9, 20)
    file = {
        **dict.fromkeys(("rows", "events", "quarantined", "repeated"), 1),
        **dict.fromkeys(("file", "file_sha256", "mapping_sha256"), "x"),
        "first_day": date(2025, 9, 5),
        "last_day": date(2025, 9, 6),
        "ingested_at": datetime(2025, 9, 21, 1, tzinfo=UTC),
    }
    old = file | {"first_day": date(2025, 9, 2), "ingested_at": datetime(2025, 9, 19, 1, tzinfo=UTC)}
    schema = INGESTED_FILES.arrow_schema()
    workspace.lake.replace(INGESTED_FILES.table, [pa.Table.from_pylist([file, old], schema)], schema)
    assert _reached_by_late_files(workspace, yesterday) == date(2025, 9, 5)


@pytest.mark.parametrize("yesterday", [date(2025, 8, 31), date(2025, 10, 16), date(2030, 1, 1)])
@pytest.mark.usefixtures("settings_in_force")
def test_a_day_outside_the_world_is_skipped_with_a_sentence(yesterday: date) -> None:
    skipped = late_window(open_workspace(), yesterday)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == (
        f"Yesterday, {yesterday}, lies outside the days there are: 2025-09-01 to 2025-10-15."
    )


@pytest.mark.usefixtures("settings_in_force")
def test_a_log_that_was_never_read_begins_with_yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    window = late_window(open_workspace(), yesterday)
    assert isinstance(window, Window)
    assert window.last_day == yesterday


def loaded() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(schedules.__file__).parent)


@pytest.mark.parametrize(
    ("zone", "tick", "last_day"),
    [
        ("UTC", datetime(2025, 9, 20, 2, tzinfo=UTC), "2025-09-19"),
        ("Asia/Tokyo", datetime(2025, 9, 19, 17, tzinfo=UTC), "2025-09-19"),
        ("America/New_York", datetime(2025, 9, 20, 6, tzinfo=UTC), "2025-09-19"),
    ],
)
@pytest.mark.usefixtures("settings_in_force")
def test_a_tick_asks_for_one_run_over_its_window(
    zone: str, tick: datetime, last_day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_TIMEZONE", zone)
    daily = loaded().resolve_schedule_def("daily")
    assert daily.execution_timezone == zone
    data = daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=tick))
    (request,) = data.run_requests or []
    assert request.tags[schedules.RANGE_END] == last_day
    assert request.tags[schedules.RANGE_START] == str(date.fromisoformat(last_day) - timedelta(days=3))


@pytest.mark.usefixtures("settings_in_force")
def test_a_tick_outside_the_world_asks_for_nothing() -> None:
    tick = datetime(2026, 5, 1, 2, tzinfo=UTC)
    daily = loaded().resolve_schedule_def("daily")
    data = daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=tick))
    assert not data.run_requests
    assert data.skip_message is not None
    assert "2026-04-30" in data.skip_message


def test_schedules_run_unless_they_are_stopped() -> None:
    for schedule in loaded().schedules or ():
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_the_daily_job_builds_daily_and_whole_tables_in_one_run(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    before = built_workspace.lake.open("activity.users").version()
    job = loaded().resolve_job_def("daily")
    result = job.execute_in_process(instance=kept_instance, tags=range_tags(WEEK), run_config=launch.QUIET)
    assert result.success
    days = kept_instance.get_materialized_partitions(dg.AssetKey(["behaviour", "kpi_daily"]))
    assert days == {str(day) for day in WEEK.days()}
    assert built_workspace.lake.open("activity.users").version() == before + 1
    built = {event.asset_key for event in result.get_asset_materialization_events()}
    groups = {key.path[0] for key in built if key}
    assert groups == {"raw", "activity", "behaviour", "experiments", "llm_quality", "churn", "quality"}
    decisions = built_workspace.lake.scan("experiments.decisions").collect()
    assert decisions["experiment_id"].to_list() == ["hint", "nudge"]
