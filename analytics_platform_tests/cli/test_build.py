"""`run`: windows and selections through Dagster, and what is said when it goes wrong."""

import csv
import io
from datetime import date

import pytest

from analytics_platform.alerts import CheckResult
from analytics_platform.cli.build import refuse_failure
from analytics_platform.defs.launch import RunOutcome
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.program import Demo, run_program


def outcome(error: str | None = None, *checks: CheckResult) -> RunOutcome:
    return RunOutcome(
        run_id="r",
        window=Window(date(2025, 9, 1), date(2025, 9, 1)),
        succeeded=error is None,
        error=error,
        steps=(),
        checks=checks,
        seconds=1.0,
    )


def failed(*, is_error: bool) -> CheckResult:
    return CheckResult(
        table="activity.sessions",
        name="no_gap",
        passed=False,
        is_error=is_error,
        description="No day is missing.",
        failing_days=("2025-09-01",),
        run_id="r",
    )


def test_a_run_that_failed_is_the_users_error():
    with pytest.raises(AnalyticsError, match="raw/events: the disk is full"):
        refuse_failure(outcome("raw/events: the disk is full"))


def test_a_check_that_found_an_error_is_the_users_error():
    with pytest.raises(AnalyticsError, match=r"a check found an error: activity\.sessions no_gap"):
        refuse_failure(outcome(None, failed(is_error=True)))


def test_a_warning_does_not_fail_a_run():
    assert refuse_failure(outcome(None, failed(is_error=False))) is None


@pytest.mark.slow
def test_a_window_and_a_selection_are_built_alone(demo: Demo):
    lake = Lake(demo.lake)
    versions = {table: lake.open(table).version() for table in ("activity.events", "activity.sessions")}

    days = ("--from", "2025-09-03", "--to", "2025-09-04")
    printed = run_program("run", *days, "--select", "activity/sessions", "--format", "csv", lake=demo.lake)

    assert printed.code == 0, printed.err
    steps = list(csv.DictReader(io.StringIO(printed.out)))
    assert ("activity/sessions", "succeeded") in [(step["asset"], step["state"]) for step in steps]
    assert "2025-09-03…2025-09-04 built in" in printed.err
    assert lake.open("activity.events").version() == versions["activity.events"]
    assert lake.open("activity.sessions").version() == versions["activity.sessions"] + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "2025-09-03", "--to", "2030-01-01"), "choose within 2025-09-01…2025-10-10"),
        (("--select", "activity/sesions"), "did you mean activity/sessions"),
    ],
)
def test_a_wrong_window_or_selection_builds_nothing(demo: Demo, words: tuple[str, ...], sentence: str):
    printed = run_program("run", *words, lake=demo.lake)

    assert (printed.code, printed.out) == (1, "")
    assert sentence in printed.err
