"""Checks as Dagster shows them: claims of the packages, the contract of raw tables, freshness.

Belongs here: how a claim becomes an asset check and what its result says. Does not: the claims
themselves (`activity/checks/*.sql`, `event_contract`).

A check of a daily table looks at the days of its run. Days found wrong stay wrong until they are built
again: a result fails while any is left, but blocks, and is an error, only for the days of the run.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import polars as pl
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES,
)

from analytics_platform import activity, behaviour
from analytics_platform.defs.partitions import is_fed_daily, known_days
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import asset_key, markdown_table
from analytics_platform.event_contract import CONTRACTS, Contract
from analytics_platform.lakehouse import Check, Finding, Window
from analytics_platform.lakehouse.check import Severity
from analytics_platform.workspace import MODELS, Workspace

CHECKS: tuple[Check, ...] = (*activity.CHECKS, *behaviour.CHECKS)
DAILY_TABLES = ("raw.events", *(name for name, model in MODELS.items() if model.is_daily))
FAILING_DAYS = "failing_days"
GRACE = timedelta(hours=6)


@dataclass(frozen=True)
class Verdict:
    """What a check found in one run.

    Attributes:
        rows: offending rows found.
        days: reporting days among them.
        examples: a few of them, as Markdown.
    """

    rows: int
    days: frozenset[str]
    examples: str


@dataclass(frozen=True)
class TableCheck:
    """A claim about one table and what looks for its counter-examples."""

    name: str
    table: str
    description: str
    severity: Severity
    is_blocking: bool
    look: Callable[[Workspace, Window], Verdict]

    @property
    def key(self) -> dg.AssetCheckKey:
        return dg.AssetCheckKey(asset_key(self.table), self.name)

    def spec(self) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(
            self.name, asset=self.key.asset_key, description=self.description, blocking=self.is_blocking
        )


def checks_of(table: str) -> list[TableCheck]:
    """Every check that runs with a table, right after it is built."""
    claims = [_of_query(check) for check in CHECKS if check.table == table]
    return [_of_contract(CONTRACTS[table]), *claims] if table in CONTRACTS else claims


def results(
    context: dg.AssetExecutionContext, checks: Iterable[TableCheck], workspace: Workspace, window: Window
) -> Iterator[dg.AssetCheckResult]:
    """Run checks over the days of a run."""
    for check in checks:
        verdict = check.look(workspace, window)
        earlier = {
            day
            for day in failing_days(context.instance, check.key)
            if date.fromisoformat(day) not in window
        }
        yield _result(check, verdict, earlier)


def failing_days(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> list[str]:
    """Days that the newest result of a check calls wrong."""
    records = instance.event_log_storage.get_asset_check_execution_history(
        key, limit=1, status=COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES
    )
    evaluation = records[0].evaluation if records else None
    value: Any = evaluation.metadata.get(FAILING_DAYS) if evaluation else None
    return list(value.value) if value is not None else []


def _result(check: TableCheck, verdict: Verdict, earlier: set[str]) -> dg.AssetCheckResult:
    is_error = verdict.rows and check.severity == "error"
    metadata: dict[str, Any] = {FAILING_DAYS: sorted(verdict.days | earlier), "offending_rows": verdict.rows}
    if verdict.examples:
        metadata["examples"] = dg.MetadataValue.md(verdict.examples)
    return dg.AssetCheckResult(
        passed=not verdict.rows and not earlier,
        asset_key=check.key.asset_key,
        check_name=check.name,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=check.description,
        metadata=metadata,
    )


def _of_query(check: Check) -> TableCheck:
    def look(workspace: Workspace, window: Window) -> Verdict:
        finding = check.run(workspace.engine, window)
        return Verdict(finding.offending.num_rows, frozenset(finding.days), _examples(finding))

    return TableCheck(
        check.name, check.table, check.description, check.severity, check.is_blocking, look
    )


def _examples(finding: Finding) -> str:
    return "" if finding.passed else markdown_table(finding.examples(), finding.offending.column_names)


def _of_contract(contract: Contract) -> TableCheck:
    def look(workspace: Workspace, window: Window) -> Verdict:
        rows = workspace.lake.scan(contract.table)
        in_window = rows.filter(pl.col("event_date").is_between(window.first_day, window.last_day))
        broken = contract.violations(in_window)
        if not broken:
            return Verdict(0, frozenset(), "")
        offending = in_window.select("event_date", contract.first_violation()).drop_nulls("reason").collect()
        days = frozenset(str(day) for day in offending["event_date"].unique())
        reasons = [{"reason": reason, "rows": count} for reason, count in broken.items()]
        return Verdict(offending.height, days, markdown_table(reasons, ("reason", "rows")))

    return TableCheck(
        "contract", contract.table, "Every value is of its contract's kind and range.", "error", True, look
    )


def expected_day(workspace: Workspace, now: datetime) -> date | None:
    """The newest day that tables should hold; None while there is nothing to expect.

    Args:
        workspace: whose world or log ends somewhere.
        now: the instant of asking; a day is expected six hours after its end.
    """
    yesterday = (now.astimezone(workspace.settings.zone) - GRACE).date() - timedelta(days=1)
    days = known_days(workspace)
    if days is None or yesterday < days.first_day:
        return None
    return yesterday if is_fed_daily(workspace) else min(yesterday, days.last_day)


def _freshness(workspace: Workspace, table: str, expected: date | None) -> dg.AssetCheckResult:
    held = workspace.lake.days(table)
    newest = held[-1] if held else None
    passed = expected is None or (newest is not None and newest >= expected)
    said = f"Newest day: {newest or 'none'}; expected: {expected or 'none yet'}."
    behind = {"days_behind": (expected - newest).days} if expected and newest else {}
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=asset_key(table),
        check_name="freshness",
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
        metadata={"newest_day": str(newest), "expected_day": str(expected), **behind},
    )


@dg.multi_asset_check(
    name="freshness",
    specs=[
        dg.AssetCheckSpec(
            "freshness",
            asset=asset_key(table),
            description="Holds yesterday, or the last day of the world or of the log.",
        )
        for table in DAILY_TABLES
    ],
    can_subset=True,
)
def freshness(
    context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource
) -> Iterator[dg.AssetCheckResult]:
    """Asked apart from the runs that build tables, so that a run that never came is noticed."""
    opened = workspace.open()
    expected = expected_day(opened, datetime.now(UTC))
    for key in sorted(context.selected_asset_check_keys):
        yield _freshness(opened, ".".join(key.asset_key.path), expected)
