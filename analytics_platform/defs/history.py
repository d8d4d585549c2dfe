"""What Dagster's history says of checks and failed runs.

Belongs here: reading the event log. Does not: which results are news (`alerts`) or what is done about
them (`sensors.py`). The reads are of methods that Dagster calls internal: its version is pinned, and
the tests hold them.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import dagster as dg
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.failures import run_failure, step_failure

FAILING_DAYS = "failing_days"
LIMIT = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class CheckPosition:
    """How far the records of one check were read.

    Attributes:
        newest: id of the newest record seen.
        waiting: ids of records that had no result yet.
    """

    newest: int = 0
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True)
class FailedRun:
    """A run that failed: its id, what it built, and why, in one sentence."""

    run_id: str
    job: str
    reason: str


def newest_records(
    instance: dg.DagsterInstance, keys: Collection[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, int]:
    """Id of the newest record of each check that has any, by one query."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([*keys])
    return {key: record.id for key, record in latest.items()}


def results_since(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, position: CheckPosition
) -> tuple[CheckPosition, list[CheckResult]]:
    """Results recorded after a position, oldest first, and the position after them.

    A record without a result waits while its run goes on; it is dropped when the run has ended, whose
    failure is told on its own.
    """
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=LIMIT)
    records = [r for r in history if r.id > position.newest or r.id in position.waiting]
    waiting = sorted(record.id for record in records if _is_waiting(instance, record))
    newest = max((record.id for record in history), default=position.newest)
    done = [record for record in records if record.status is not AssetCheckExecutionRecordStatus.PLANNED]
    ordered = sorted(done, key=lambda record: record.event.timestamp if record.event else 0)
    return CheckPosition(newest, tuple(waiting)), [
        check_result(record.evaluation, record.run_id) for record in ordered if record.evaluation
    ]


def check_result(evaluation: dg.AssetCheckEvaluation, run_id: str) -> CheckResult:
    """An evaluation as Dagster records it, in plain terms."""
    return CheckResult(
        table=".".join(evaluation.asset_key.path),
        name=evaluation.check_name,
        passed=evaluation.passed,
        is_error=evaluation.severity is dg.AssetCheckSeverity.ERROR,
        description=evaluation.description or "",
        failing_days=_days(evaluation),
        run_id=run_id,
    )


def newest_failure(instance: dg.DagsterInstance) -> str:
    """The cursor of the newest failed run, or of the beginning."""
    return instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1).cursor


def failed_runs(instance: dg.DagsterInstance, cursor: str) -> tuple[str, list[FailedRun]]:
    """Runs that failed after a cursor, and the cursor after them."""
    failures = instance.fetch_run_status_changes(
        dg.DagsterEventType.RUN_FAILURE, limit=LIMIT, cursor=cursor, ascending=True
    )
    found = [_failed_run(instance, record.run_id) for record in failures.records]
    return failures.cursor, [run for run in found if run is not None]


def _is_waiting(instance: dg.DagsterInstance, record: AssetCheckExecutionRecord) -> bool:
    if record.status is not AssetCheckExecutionRecordStatus.PLANNED:
        return False
    run = instance.get_run_by_id(record.run_id)
    return run is not None and not run.is_finished


def _days(evaluation: dg.AssetCheckEvaluation) -> tuple[str, ...]:
    value = evaluation.metadata.get(FAILING_DAYS)
    return () if value is None else tuple(_DAY.findall(str(value.value)))


def _failed_run(instance: dg.DagsterInstance, run_id: str) -> FailedRun | None:
    run = instance.get_run_by_id(run_id)
    return None if run is None else FailedRun(run_id, _job(run), "; ".join(_reasons(instance, run_id)))


def _job(run: dg.DagsterRun) -> str:
    if not run.job_name.startswith("__"):
        return run.job_name
    keys = sorted(key.to_user_string() for key in run.asset_selection or ())
    return f"{keys[0]} and {len(keys) - 1} more assets" if len(keys) > 1 else "".join(keys) or "assets"


def _reasons(instance: dg.DagsterInstance, run_id: str) -> Iterator[str]:
    steps = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    for entry in steps:
        yield step_failure(entry.get_dagster_event())
    if not steps:
        for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
            yield run_failure(entry.get_dagster_event())
