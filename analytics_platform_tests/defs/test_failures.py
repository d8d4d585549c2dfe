"""Failures in one sentence."""

import dagster as dg
import pytest

from analytics_platform.defs.failures import INTERRUPTED, run_failure, sentence, step_failure, step_name
from analytics_platform.errors import AnalyticsError


def failure_of(error: BaseException) -> dg.DagsterEvent:
    """The event of a step that raised."""

    @dg.asset(key=["activity", "users"])
    def users() -> None:
        raise error

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([users], instance=instance, raise_on_error=False)
    return next(event for event in result.all_events if event.is_step_failure)


def test_a_users_mistake_is_told_in_its_own_words() -> None:
    mistake = AnalyticsError("Table a.b is not there: build it.")
    assert step_failure(failure_of(mistake)) == "activity/users: Table a.b is not there: build it."


def test_a_mistake_behind_other_errors_is_found() -> None:
    outer = RuntimeError("outer")
    outer.__cause__ = AnalyticsError("The lake is read-only.")
    assert step_failure(failure_of(outer)) == "activity/users: The lake is read-only."


def test_a_defect_is_told_by_its_innermost_error_on_one_line() -> None:
    assert step_failure(failure_of(ValueError("first\nsecond"))) == "activity/users: ValueError: first second"


def test_an_interrupt_is_called_one() -> None:
    assert sentence(failure_of(dg.DagsterExecutionInterruptedError()).step_failure_data.error) == INTERRUPTED


def test_a_failure_without_an_error_says_so() -> None:
    assert sentence(None) == "It ended without saying why."


@pytest.mark.parametrize(("key", "name"), [("activity__users", "activity/users"), ("raw", "raw")])
def test_steps_are_named_like_their_assets(key: str, name: str) -> None:
    assert step_name(key) == name


def test_a_run_that_never_began_a_step_says_why() -> None:
    @dg.resource
    def broken(_: dg.InitResourceContext) -> None:
        raise AnalyticsError("Setting lake is wrong.")

    @dg.asset(required_resource_keys={"broken"})
    def users() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([users], instance=instance, resources={"broken": broken}, raise_on_error=False)
        run = instance.get_runs()[0]
        logs = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert run_failure(logs[0].get_dagster_event()) == "Setting lake is wrong."
