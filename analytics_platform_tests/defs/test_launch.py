"""Runs from Python: what they build, report and refuse."""

import os
import signal
from datetime import date, timedelta

import dagster as dg
import polars as pl
import pytest

from analytics_platform.churn import FEATURES
from analytics_platform.defs import launch
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import MODELS, Workspace
from analytics_platform_tests.defs.faults import unknown_platform

DAY = date(2025, 9, 10)
WEEK = Window(date(2025, 9, 8), date(2025, 9, 14))


def test_a_run_builds_its_window_and_reports_each_step(
    raw_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    seen: list[launch.Step] = []
    outcome = launch.run(WEEK, "+activity/sessions", on_step=seen.append, instance=instance)
    assert outcome.succeeded, outcome.error
    assert outcome.error is None
    assert outcome.window == WEEK
    assert [step.name for step in outcome.steps] == [
        "raw",
        "activity/events",
        "activity/sessions",
        "freshness",
    ]
    assert [step.state for step in seen] == ["started", "succeeded"] * 4
    assert [step.finished for step in seen] == [0, 1, 1, 2, 2, 3, 3, 4]
    assert {step.total for step in seen} == {4}
    assert all(step.seconds > 0 for step in outcome.steps)
    assert raw_workspace.lake.days("activity.sessions") == list(WEEK.days())


def newest_of(name: str, days: Window) -> date:
    """The last day, but of features the last of every sixth since 2024-01-01."""
    if name != FEATURES.name:
        return days.last_day
    return days.last_day - timedelta(days=(days.last_day - date(2024, 1, 1)).days % 6)


def test_every_table_is_there_after_a_run_over_all_days(built_workspace: Workspace) -> None:
    stored = {name for name, model in MODELS.items() if not model.is_view}
    assert stored <= set(built_workspace.lake.tables())
    for name in stored:
        if MODELS[name].is_daily:
            assert built_workspace.lake.days(name)[-1] == newest_of(name, built_workspace.days)


def test_the_same_window_built_again_gives_the_same_rows(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    tables = [name for name, model in MODELS.items() if not model.is_view]
    before = {name: built_workspace.lake.scan(name).collect() for name in tables}
    outcome = launch.run(WEEK, ",".join(MODELS), instance=instance)
    assert outcome.succeeded, outcome.error
    for name in tables:
        after = built_workspace.lake.scan(name).collect()
        key = [*MODELS[name].key]
        assert after.sort(key).equals(before[name].sort(key)), name


def test_a_run_is_one_of_the_history_with_a_partition_a_day(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    outcome = launch.run(WEEK, "activity/sessions", instance=kept_instance)
    assert built_workspace.lake.exists("activity.sessions")
    run = kept_instance.get_run_by_id(outcome.run_id)
    assert run is not None
    assert run.is_success
    days = kept_instance.get_materialized_partitions(dg.AssetKey(["activity", "sessions"]))
    assert days == {str(day) for day in WEEK.days()}


def test_an_asset_that_is_built_whole_runs_without_a_window(
    built_workspace: Workspace, kept_instance: dg.DagsterInstance
) -> None:
    outcome = launch.run(WEEK, "activity.users", instance=kept_instance)
    assert outcome.succeeded, outcome.error
    assert [step.name for step in outcome.steps] == ["activity/users"]
    event = kept_instance.get_latest_materialization_event(dg.AssetKey(["activity", "users"]))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.partition is None
    rows = event.asset_materialization.metadata["dagster/row_count"].value
    assert rows == built_workspace.lake.scan("activity.users").select(pl.len()).collect().item()


@pytest.mark.usefixtures("settings_in_force")
def test_a_missing_input_is_one_sentence(instance: dg.DagsterInstance) -> None:
    outcome = launch.run(WEEK, "activity/sessions", instance=instance)
    assert not outcome.succeeded
    assert outcome.error is not None
    assert outcome.error.startswith("activity/sessions: Table activity.events is not in the lake")
    assert "Traceback" not in outcome.error
    assert "\n" not in outcome.error


def test_a_check_that_must_hold_stops_what_comes_after_it(
    raw_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    rows = unknown_platform(raw_workspace.lake, DAY)
    outcome = launch.run(WEEK, "raw/*,activity/events", instance=instance)
    assert not outcome.succeeded
    assert outcome.error == (
        "A check that must hold failed, so nothing after it was built: raw.events contract: "
        f"Every value is one that the contract allows. Found: {rows.height} rows break it."
    )
    assert [(step.name, step.state) for step in outcome.steps] == [
        ("raw", "failed"),
        ("activity/events", "skipped"),
        ("freshness", "skipped"),
    ]
    assert [check.name for check in outcome.failed_checks if check.is_error] == ["contract"]
    assert not raw_workspace.lake.exists("activity.events")


def test_a_warning_is_reported_and_stops_nothing(
    raw_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    bot_day = Window(date(2025, 9, 21), date(2025, 9, 21))
    outcome = launch.run(bot_day, "raw/*,activity/events", instance=instance)
    assert outcome.succeeded, outcome.error
    assert raw_workspace.lake.exists("activity.events")
    warnings = {check.name: check for check in outcome.failed_checks}
    assert not warnings["no_new_bots"].is_error
    assert warnings["no_new_bots"].failing_days == ("2025-09-21",)


@pytest.mark.parametrize(
    "window",
    [
        Window(date(2025, 8, 31), DAY),
        Window(DAY, date(2025, 10, 16)),
        Window(date(2030, 1, 1), date(2030, 1, 2)),
    ],
)
@pytest.mark.usefixtures("settings_in_force")
def test_days_that_are_not_there_are_refused(window: Window, instance: dg.DagsterInstance) -> None:
    with pytest.raises(AnalyticsError, match=r"choose within 2025-09-01…2025-10-15"):
        launch.run(window, instance=instance)
    assert instance.get_runs() == []


@pytest.mark.usefixtures("raw_workspace")
def test_an_interrupt_ends_the_run_and_reaches_the_caller(kept_instance: dg.DagsterInstance) -> None:
    def interrupt(step: launch.Step) -> None:
        if (step.name, step.state) == ("activity/events", "started"):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        launch.run(WEEK, "raw/*,activity/*", on_step=interrupt, instance=kept_instance)
    assert [run.status for run in kept_instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
