"""The alert sensor: every half minute, what changed in Dagster's history becomes messages.

Belongs here: the tick and its cursor. Does not: which changes are news, their words and delivery
(`alerts`), or how the history is read (`history.py`).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

import dagster as dg

from analytics_platform.alerts import Alert, CheckState, changes, check_alert, deliver, run_alert
from analytics_platform.defs.history import (
    CheckPosition,
    failed_runs,
    newest_failure,
    newest_records,
    results_since,
)
from analytics_platform.settings import load_settings

TICK_SECONDS = 30


@dataclass(frozen=True)
class Watched:
    """One check: how far it was read, and what people were told of it."""

    position: CheckPosition
    state: CheckState


@dataclass(frozen=True)
class Cursor:
    """Everything that a tick hands to the next: checks by their key as text, and Dagster's run cursor."""

    checks: dict[str, Watched]
    runs: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """A cursor as its text says."""
        saved = json.loads(text)
        checks = {
            key: Watched(
                CheckPosition(newest, tuple(waiting)), CheckState(is_failing, is_error, frozenset(days))
            )
            for key, (newest, waiting, is_failing, is_error, days) in saved["checks"].items()
        }
        return cls(checks, saved["runs"])

    def __str__(self) -> str:
        checks = {
            key: (
                check.position.newest,
                check.position.waiting,
                check.state.is_failing,
                check.state.is_error,
                sorted(check.state.failing_days),
            )
            for key, check in self.checks.items()
        }
        return json.dumps({"checks": checks, "runs": self.runs})


@dg.sensor(
    minimum_interval_seconds=TICK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends failed and recovered checks and failed runs to the webhook and file of the settings.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Deliver what is new, at least once: where delivery fails the tick does too, and its cursor stays."""
    assert context.repository_def is not None
    keys = context.repository_def.asset_graph.asset_check_keys
    if context.cursor is None:
        seeded, _ = _read(context.instance, keys, Cursor({}, newest_failure(context.instance)), "")
        return dg.SensorResult(cursor=str(seeded), skip_reason="Watching from now on.")
    settings = load_settings()
    cursor, found = _read(context.instance, keys, Cursor.parse(context.cursor), settings.dagster_url)
    file = settings.alert_file or settings.beside_lake("alerts.jsonl")
    deliver(found, settings.alert_webhook, file)
    said = "; ".join(alert.title for alert in found) or "Nothing new."
    return dg.SensorResult(cursor=str(cursor), skip_reason=said)


def _read(
    instance: dg.DagsterInstance, keys: Collection[dg.AssetCheckKey], cursor: Cursor, dagster_url: str
) -> tuple[Cursor, list[Alert]]:
    """What changed since a cursor, and the cursor after it."""
    checks, found = dict(cursor.checks), list[Alert]()
    for key, newest in newest_records(instance, keys).items():
        watched = cursor.checks.get(key.to_user_string(), Watched(CheckPosition(), CheckState()))
        if watched.position == CheckPosition(newest):
            continue
        position, results = results_since(instance, key, watched.position)
        state, news = changes(watched.state, results)
        checks[key.to_user_string()] = Watched(position, state)
        found += [check_alert(kind, result, dagster_url) for kind, result in news]
    runs, failures = failed_runs(instance, cursor.runs)
    found += [run_alert(run.run_id, run.job, run.reason, dagster_url) for run in failures]
    return replace(cursor, checks=checks, runs=runs), found
