"""Which days there are for Dagster."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import partitions
from analytics_platform.defs.partitions import daily_partitions, known_days, window_of
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace


def days_of(workspace: Workspace) -> list[str]:
    return list(daily_partitions(workspace).get_partition_keys())


@pytest.fixture
def logs(settings_in_force: Path, raw_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace that takes the raw tables of `SmallLog` for an ingested log."""
    assert raw_workspace.lake.root.parent == settings_in_force
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    return open_workspace()


@pytest.mark.usefixtures("settings_in_force")
def test_a_world_has_its_days_and_no_more() -> None:
    days = days_of(open_workspace())
    assert (days[0], days[-1], len(days)) == ("2025-09-01", "2025-10-15", 45)


@pytest.mark.parametrize("offset", range(-3, 4))
@pytest.mark.usefixtures("settings_in_force")
def test_a_world_may_end_in_the_future(offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = open_workspace().days
    now = datetime.combine(world.last_day, datetime.min.time()).replace(hour=15, day=15 + offset)
    with dg.partition_loading_context(effective_dt=now):
        monkeypatch.setattr(partitions, "today", lambda _: now.date())
        assert days_of(open_workspace())[-1] == str(world.last_day)


@pytest.mark.usefixtures("settings_in_force")
def test_a_world_that_lies_wholly_in_the_future_can_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_START_DATE", "2090-01-01")
    days = days_of(open_workspace())
    assert (days[0], days[-1], len(days)) == ("2090-01-01", "2090-02-14", 45)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/Sao_Paulo"])
@pytest.mark.usefixtures("settings_in_force")
def test_days_are_those_of_the_reporting_zone_over_changes_of_clocks(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_TIMEZONE", zone)
    monkeypatch.setenv("ANALYTICS_DAYS", "400")
    workspace = open_workspace()
    assert daily_partitions(workspace).timezone == zone
    assert days_of(workspace) == [str(day) for day in workspace.days.days()]


def test_a_log_has_the_days_that_were_ingested(logs: Workspace) -> None:
    days = days_of(logs)
    held = logs.lake.days("raw.events")
    assert (days[0], days[-1]) == (str(held[0]), str(held[-1]))
    assert (days[0], days[-1]) == ("2025-09-02", "2025-10-15")


def test_a_log_read_by_every_run_goes_on_until_yesterday(
    logs: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert logs.source == "logs"
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "events/*.csv")
    with dg.partition_loading_context(effective_dt=datetime(2025, 12, 24, 15, tzinfo=UTC)):
        days = days_of(open_workspace())
    assert (days[0], days[-1]) == ("2025-09-02", "2025-12-23")


@pytest.mark.usefixtures("settings_in_force")
def test_definitions_have_days_before_the_first_ingest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    workspace = open_workspace()
    assert known_days(workspace) is None
    assert days_of(workspace)[0] == "2025-09-01"


def test_a_run_knows_its_window() -> None:
    days = dg.DailyPartitionsDefinition("2025-09-01")
    seen: list[Window] = []

    @dg.asset(partitions_def=days, backfill_policy=partitions.ONE_RUN)
    def table(context: dg.AssetExecutionContext) -> None:
        seen.append(window_of(context))

    dg.materialize(
        [table],
        tags={
            "dagster/asset_partition_range_start": "2025-09-03",
            "dagster/asset_partition_range_end": "2025-09-05",
        },
    )
    dg.materialize([table], partition_key="2025-09-07")
    assert seen == [
        Window(date(2025, 9, 3), date(2025, 9, 5)),
        Window(date(2025, 9, 7), date(2025, 9, 7)),
    ]
