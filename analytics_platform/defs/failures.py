"""What went wrong in a run, in one sentence."""

from collections.abc import Iterator

import dagster as dg
from dagster._core.events import JobFailureData
from dagster_shared.error import SerializableErrorInfo

from analytics_platform.errors import AnalyticsError

INTERRUPTS = {KeyboardInterrupt.__name__, "DagsterExecutionInterruptedError"}
INTERRUPTED = "It was interrupted."
SILENT = "It ended without saying why."


def sentence(error: SerializableErrorInfo | None) -> str:
    """The message of a user's mistake where there is one among the causes, else the innermost error."""
    chain = list(_chain(error))
    if not chain:
        return SILENT
    if chain[-1].cls_name in INTERRUPTS:
        return INTERRUPTED
    mistakes = [link for link in chain if link.cls_name == AnalyticsError.__name__]
    if mistakes:
        return mistakes[0].message.strip().partition(": ")[2]
    return " ".join(chain[-1].message.split())


def step_name(step_key: str) -> str:
    """`activity__sessions` is the step of `activity/sessions`."""
    return step_key.replace("__", "/")


def step_failure(event: dg.DagsterEvent) -> str:
    """Which step failed and why."""
    return f"{step_name(event.step_key or '')}: {sentence(event.step_failure_data.error)}"


def run_failure(event: dg.DagsterEvent) -> str:
    """Why a run failed none of whose steps did: it could not begin, was cut short, or its process died."""
    data = event.event_specific_data
    error = data.error if isinstance(data, JobFailureData) else None
    return sentence(error) if error else event.message or SILENT


def _chain(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause
