"""Reading Dagster's history: results of checks and failed runs, each once."""

import dagster as dg
import pytest
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import DagsterEvent

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.history import (
    CheckPosition,
    FailedRun,
    failed_runs,
    newest_failure,
    newest_records,
    results_since,
)
from analytics_platform.errors import AnalyticsError
from analytics_platform_tests.defs.small_checks import CHECK, KEY, Script

START = CheckPosition()


@pytest.fixture
def script() -> Script:
    return Script()


def test_a_check_that_never_ran_has_no_record(kept_instance: dg.DagsterInstance) -> None:
    assert newest_records(kept_instance, [CHECK]) == {}
    assert results_since(kept_instance, CHECK, START) == (START, [])


def test_results_come_in_order_and_once(kept_instance: dg.DagsterInstance, script: Script) -> None:
    first = script.run(kept_instance, "2025-09-01", is_error=True)
    script.run(kept_instance)
    position, results = results_since(kept_instance, CHECK, START)
    assert [result.passed for result in results] == [False, True]
    assert results[0] == CheckResult(
        "raw.events", "contract", False, True, "Every value is allowed.", ("2025-09-01",), first
    )
    assert position == CheckPosition(newest_records(kept_instance, [CHECK])[CHECK])
    assert results_since(kept_instance, CHECK, position) == (position, [])
    script.run(kept_instance, "2025-09-02")
    (newest,) = results_since(kept_instance, CHECK, position)[1]
    assert newest.failing_days == ("2025-09-02",)


def plan_check(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """What Dagster records when a run begins that will run the check."""
    planned = AssetCheckEvaluationPlanned(asset_key=KEY, check_name="contract")
    event = DagsterEvent(
        dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value, "job", event_specific_data=planned
    )
    instance.report_dagster_event(event, run.run_id)


def evaluate_check(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """What Dagster records when the check fails."""
    evaluation = dg.AssetCheckEvaluation(
        asset_key=KEY, check_name="contract", passed=False, metadata={}, severity=dg.AssetCheckSeverity.WARN
    )
    event = DagsterEvent(
        dg.DagsterEventType.ASSET_CHECK_EVALUATION.value, "job", event_specific_data=evaluation
    )
    instance.report_dagster_event(event, run.run_id)


@pytest.fixture
def going_on(kept_instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that has begun and planned the check."""
    run = kept_instance.create_run_for_job(
        dg.GraphDefinition("job").to_job(), status=dg.DagsterRunStatus.STARTED
    )
    plan_check(kept_instance, run)
    return run


def test_a_result_is_waited_for_while_its_run_goes_on(
    kept_instance: dg.DagsterInstance, script: Script, going_on: dg.DagsterRun
) -> None:
    position, results = results_since(kept_instance, CHECK, START)
    assert (len(position.waiting), results) == (1, [])
    script.run(kept_instance)
    position, results = results_since(kept_instance, CHECK, position)
    assert [result.passed for result in results] == [True]
    assert len(position.waiting) == 1
    evaluate_check(kept_instance, going_on)
    position, results = results_since(kept_instance, CHECK, position)
    assert [result.passed for result in results] == [False]
    assert position.waiting == ()


def test_a_check_whose_run_ended_without_it_is_waited_for_no_more(
    kept_instance: dg.DagsterInstance, going_on: dg.DagsterRun
) -> None:
    position, _ = results_since(kept_instance, CHECK, START)
    kept_instance.report_run_failed(going_on)
    position, results = results_since(kept_instance, CHECK, position)
    assert (position.waiting, results) == ((), [])


def test_failed_runs_come_in_order_and_once(kept_instance: dg.DagsterInstance, script: Script) -> None:
    script.fail(kept_instance, ValueError("before"))
    cursor = newest_failure(kept_instance)
    assert failed_runs(kept_instance, cursor) == (cursor, [])
    first = script.fail(kept_instance, AnalyticsError("The lake is read-only."))
    script.run(kept_instance)
    second = script.fail(kept_instance, ValueError("odd"))
    cursor, runs = failed_runs(kept_instance, cursor)
    assert runs == [
        FailedRun(first, "assets", "raw/events: The lake is read-only."),
        FailedRun(second, "assets", "raw/events: ValueError: odd"),
    ]
    assert failed_runs(kept_instance, cursor) == (cursor, [])


def test_the_first_failure_of_all_is_found(kept_instance: dg.DagsterInstance, script: Script) -> None:
    cursor = newest_failure(kept_instance)
    script.fail(kept_instance, ValueError("first"))
    assert [run.reason for run in failed_runs(kept_instance, cursor)[1]] == ["raw/events: ValueError: first"]


def test_a_run_whose_process_died_says_what_dagster_knows(
    kept_instance: dg.DagsterInstance, going_on: dg.DagsterRun
) -> None:
    cursor = newest_failure(kept_instance)
    kept_instance.report_run_failed(going_on, "Run worker died.")
    (run,) = failed_runs(kept_instance, cursor)[1]
    assert (run.job, run.reason) == ("job", "Run worker died.")
