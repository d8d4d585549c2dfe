"""Checks that run with a table: each planted fault is found, told by day, and forgotten once mended."""

from datetime import date

import dagster as dg
import polars as pl
import pytest

from analytics_platform.defs import launch
from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import MODELS, Workspace
from analytics_platform_tests.defs.faults import repeated_rows, rewrite, rows_of, unknown_platform

DAY, OTHER_DAY = date(2025, 9, 10), date(2025, 9, 20)
ALL = Window(date(2025, 9, 1), date(2025, 10, 15))
EARLY, LATE = Window(date(2025, 9, 8), date(2025, 9, 14)), Window(date(2025, 9, 15), date(2025, 9, 21))
RAW = ("raw.events", "raw.users", "raw.classrooms", "raw.exposures", "raw.interactions")
WITH_KEYS = ("raw.users", "raw.exposures", "raw.interactions", *(m for m in MODELS if MODELS[m].is_daily))


def evaluate(
    workspace: Workspace, table: str, name: str = "contract", window: Window = ALL
) -> dg.AssetCheckResult:
    """The result of one check of a table."""
    checks = [check for check in checks_of(table) if check.name == name]
    (result,) = run_checks(checks, workspace, window, "run")
    return result


def found_days(result: dg.AssetCheckResult) -> list[str]:
    text = str(result.metadata["failing_days"].value)
    return [] if text == "none" else text.split(", ")


@pytest.mark.parametrize("table", RAW)
def test_a_sound_raw_table_passes_and_its_contract_blocks_otherwise(
    table: str, raw_workspace: Workspace
) -> None:
    result = evaluate(raw_workspace, table)
    assert result.passed
    assert found_days(result) == []
    assert {check.name for check in checks_of(table) if check.is_blocking} >= {"contract"}


def test_a_value_outside_the_contract_is_found_with_its_day_and_reason(raw_workspace: Workspace) -> None:
    rows = unknown_platform(raw_workspace.lake, DAY)
    result = evaluate(raw_workspace, "raw.events")
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert found_days(result) == ["2025-09-10"]
    assert result.metadata["offending_rows"].value == rows.height
    assert f"| unknown platform | {rows.height} |" in str(result.metadata["examples"].value)


@pytest.mark.parametrize(
    ("table", "broken"),
    [
        ("raw.users", pl.lit("boss").alias("role")),
        ("raw.interactions", pl.lit(-1, dtype=pl.Int64).alias("latency_ms")),
        ("raw.exposures", pl.lit(None, dtype=pl.String).alias("variant")),
        ("raw.events", pl.lit(float("nan")).alias("engagement_seconds")),
    ],
)
def test_every_raw_table_is_held_to_its_contract(
    table: str, broken: pl.Expr, raw_workspace: Workspace
) -> None:
    day = raw_workspace.lake.days(table)[0]
    rewrite(raw_workspace.lake, table, day, rows_of(raw_workspace.lake, table, day).with_columns(broken))
    result = evaluate(raw_workspace, table)
    assert not result.passed
    assert found_days(result) == [str(day)]


@pytest.mark.parametrize("table", WITH_KEYS)
def test_rows_that_share_a_key_are_found(table: str, built_workspace: Workspace) -> None:
    day = built_workspace.lake.days(table)[3]
    assert evaluate(built_workspace, table, "unique_key").passed
    repeated_rows(built_workspace.lake, table, day)
    result = evaluate(built_workspace, table, "unique_key")
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert found_days(result) == [str(day)]


def test_a_user_who_signs_up_on_two_days_is_found(raw_workspace: Workspace) -> None:
    lake = raw_workspace.lake
    first, later = lake.days("raw.users")[:2]
    again = rows_of(lake, "raw.users", first).head(1).with_columns(event_date=later)
    rewrite(lake, "raw.users", later, pl.concat([rows_of(lake, "raw.users", later), again]))
    later_alone = Window(later, later)
    assert found_days(evaluate(raw_workspace, "raw.users", "unique_key", later_alone)) == [str(later)]


def test_deliveries_of_raw_events_may_repeat() -> None:
    assert "unique_key" not in {check.name for check in checks_of("raw.events")}
    assert "event_id" in CONTRACTS["raw.events"].key


def test_a_day_found_wrong_stays_so_while_other_days_are_built(raw_workspace: Workspace) -> None:
    unknown_platform(raw_workspace.lake, DAY)
    assert found_days(evaluate(raw_workspace, "raw.events", window=EARLY)) == ["2025-09-10"]
    later = evaluate(raw_workspace, "raw.events", window=LATE)
    assert not later.passed
    assert str(later.description).endswith("Found: one day before was not mended.")
    assert found_days(later) == ["2025-09-10"]
    assert later.metadata["offending_rows"].value == 0


def test_days_wrong_before_warn_but_do_not_block_other_days(raw_workspace: Workspace) -> None:
    unknown_platform(raw_workspace.lake, DAY)
    evaluate(raw_workspace, "raw.events", window=EARLY)
    assert evaluate(raw_workspace, "raw.events", window=LATE).severity is dg.AssetCheckSeverity.WARN
    unknown_platform(raw_workspace.lake, OTHER_DAY)
    both = evaluate(raw_workspace, "raw.events", window=LATE)
    assert both.severity is dg.AssetCheckSeverity.ERROR
    assert found_days(both) == ["2025-09-10", "2025-09-20"]


def test_a_day_mended_and_built_again_is_forgotten(raw_workspace: Workspace) -> None:
    sound = unknown_platform(raw_workspace.lake, DAY)
    evaluate(raw_workspace, "raw.events", window=EARLY)
    rewrite(raw_workspace.lake, "raw.events", DAY, sound)
    mended = evaluate(raw_workspace, "raw.events", window=EARLY)
    assert mended.passed
    assert found_days(mended) == []


def test_in_a_run_days_wrong_before_let_the_next_days_be_built(
    raw_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    unknown_platform(raw_workspace.lake, DAY)
    select = "raw/*,activity/events"
    assert not launch.run(EARLY, select, instance=instance).succeeded
    outcome = launch.run(LATE, select, instance=instance)
    assert outcome.succeeded, outcome.error
    (contract,) = [check for check in outcome.failed_checks if check.name == "contract"]
    assert (contract.is_error, contract.failing_days) == (False, ("2025-09-10",))
    assert raw_workspace.lake.days("activity.events") == list(LATE.days())
