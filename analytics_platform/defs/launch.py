"""Runs started from Python: the same assets as in the UI, in this process, into the same history.

Belongs here: one run of a selection over a window, and what came of it. Does not: how a run is shown
(`cli`).
"""

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import dagster as dg
from dagster._core.events.log import EventLogEntry

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.failures import INTERRUPTED, run_failure, step_failure, step_name
from analytics_platform.defs.history import check_result
from analytics_platform.defs.instance import open_instance
from analytics_platform.defs.partitions import daily_partitions
from analytics_platform.defs.schedules import range_tags
from analytics_platform.defs.selection import select_assets
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

StepState = Literal["started", "succeeded", "failed", "skipped"]


@dataclass(frozen=True)
class Step:
    """One step of a run, as it starts and as it ends.

    Attributes:
        name: asset such as `activity/sessions`, or the step's name where it builds several.
        state: what just happened to it.
        finished: steps that ended so far, this one included once it has.
        total: steps of the run.
        seconds: how long it took, when it ended.
    """

    name: str
    state: StepState
    finished: int
    total: int
    seconds: float = 0.0


@dataclass(frozen=True)
class RunOutcome:
    """What came of a run.

    Attributes:
        run_id: its id in Dagster's history.
        window: days that it covered.
        succeeded: whether every step did.
        error: one sentence, when it did not.
        steps: each step as it ended, in order, then those that never began.
        checks: every check that ran.
        seconds: how long it took.
    """

    run_id: str
    window: Window
    succeeded: bool
    error: str | None
    steps: tuple[Step, ...]
    checks: tuple[CheckResult, ...]
    seconds: float

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """Checks that found something, warnings too."""
        return tuple(check for check in self.checks if not check.passed)


def run(
    window: Window | None = None,
    select: str = "*",
    *,
    on_step: Callable[[Step], None] | None = None,
    instance: dg.DagsterInstance | None = None,
) -> RunOutcome:
    """Build assets in this process, as one run of Dagster, under the settings in force.

    Args:
        window: days of the daily assets; None: all days there are.
        select: which assets; see `select_assets`.
        on_step: called as each step starts and ends.
        instance: Dagster's history; None: that of the settings.

    Raises:
        AnalyticsError: a setting, the window or the selection is wrong; nothing is built.
        KeyboardInterrupt: the run was interrupted; what its finished steps wrote stays.
    """
    workspace = open_workspace()
    days = _within(workspace, window or workspace.days)
    definitions = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    keys = select_assets(select, definitions)
    graph = definitions.resolve_asset_graph()
    is_daily = any(graph.get(key).is_partitioned for key in keys)
    with ExitStack() as stack:
        history = instance or stack.enter_context(open_instance(workspace.settings))
        run_id = str(uuid.uuid4())
        record = _Record(on_step or (lambda _: None))
        history.add_event_listener(run_id, record.take)
        begun = time.monotonic()
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            run_config=QUIET,
            instance=history,
            raise_on_error=False,
            asset_selection=sorted(keys),
            run_id=run_id,
            tags=range_tags(days) if is_daily else {},
        )
        if any(failure.endswith(INTERRUPTED) for failure in record.failures):
            raise KeyboardInterrupt
        return RunOutcome(
            run_id=run_id,
            window=days,
            succeeded=result.success,
            error=None if result.success else record.error(),
            steps=(*record.ended, *record.never_begun()),
            checks=tuple(record.checks),
            seconds=time.monotonic() - begun,
        )


def _within(workspace: Workspace, window: Window) -> Window:
    partitions = daily_partitions(workspace)
    first, last = partitions.get_first_partition_key(), partitions.get_last_partition_key()
    if first is None or last is None or str(window.first_day) < first or str(window.last_day) > last:
        raise AnalyticsError(f"The days {window} are not all there: choose within {first}…{last}.")
    return window


@dataclass
class _Record:
    """Reads a run's events as they are stored."""

    on_step: Callable[[Step], None]
    planned: set[str] = field(default_factory=set)
    started_at: dict[str, float] = field(default_factory=dict)
    ended: list[Step] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def take(self, entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        kind = event.event_type
        if kind in _PLANNED and event.step_key:
            self.planned.add(event.step_key)
        elif kind is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            self.checks.append(check_result(event.asset_check_evaluation_data, entry.run_id))
        elif kind is dg.DagsterEventType.STEP_START and event.step_key:
            self.started_at[event.step_key] = entry.timestamp
            self.on_step(self._step(event.step_key, "started"))
        elif kind in _ENDED and event.step_key:
            if kind is dg.DagsterEventType.STEP_FAILURE:
                self.failures.append(step_failure(event))
            self._end(event.step_key, _ENDED[kind], entry.timestamp)
        elif kind is dg.DagsterEventType.RUN_FAILURE and not self.failures:
            self.failures.append(run_failure(event))

    def never_begun(self) -> list[Step]:
        """Steps that a failure before them left out."""
        left = sorted(self.planned - self.started_at.keys())
        return [self._step(key, "skipped") for key in left]

    def error(self) -> str:
        """Why the run failed: the first step that did, or the checks that stopped it."""
        stopping = [check for check in self.checks if check.is_error and not check.passed]
        step = self.failures[0] if self.failures else "The run failed."
        if "blocking asset check" not in step or not stopping:
            return step
        found = "; ".join(f"{check.table} {check.name}: {check.description}" for check in stopping)
        return f"A check that must hold failed, so nothing after it was built: {found}"

    def _end(self, key: str, state: StepState, at: float) -> None:
        step = self._step(key, state, 1, at - self.started_at.get(key, at))
        self.ended.append(step)
        self.on_step(step)

    def _step(self, key: str, state: StepState, ends: int = 0, seconds: float = 0.0) -> Step:
        return Step(step_name(key), state, len(self.ended) + ends, len(self.planned), seconds)


_PLANNED = {
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
}
_ENDED: dict[dg.DagsterEventType, StepState] = {
    dg.DagsterEventType.STEP_SUCCESS: "succeeded",
    dg.DagsterEventType.STEP_FAILURE: "failed",
    dg.DagsterEventType.STEP_SKIPPED: "skipped",
}
