"""Checks that run with a table: claims of the packages, the contract and the keys of raw tables.

Belongs here: how a claim becomes an asset check and what its result says. Does not: the claims
themselves (`activity/checks/*.sql`, `event_contract`), nor what runs apart (`freshness.py`).

A check of a daily table looks at the days of its run. Days found wrong stay wrong until they are built
again: a result fails while any is left, but blocks, and is an error, only for days of the run itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from analytics_platform import activity, behaviour, churn, experiments, forecasts, llm_quality, validation
from analytics_platform.alerts import CheckResult
from analytics_platform.defs.check_results import failing_days, record
from analytics_platform.defs.history import FAILING_DAYS
from analytics_platform.defs.table_facts import asset_key, markdown_table
from analytics_platform.event_contract import CONTRACTS, Contract
from analytics_platform.lakehouse import Check, Window
from analytics_platform.lakehouse.check import Severity
from analytics_platform.workspace import Workspace

CHECKS: tuple[Check, ...] = tuple(
    check
    for package in (activity, behaviour, experiments, llm_quality, churn, forecasts, validation)
    for check in package.CHECKS
)


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


CLEAN = Verdict(0, frozenset(), "")


@dataclass(frozen=True)
class TableCheck:
    """A claim about one table and what looks for its counter-examples.

    Attributes:
        name: snake case, unique within the table.
        table: `schema.table`.
        description: the claim, in one sentence.
        severity: `error` or `warn`.
        is_blocking: whether what reads the table must not be built when the claim is false.
        look: finds counter-examples in a window.
    """

    name: str
    table: str
    description: str
    severity: Severity
    is_blocking: bool
    look: Callable[[Workspace, Window], Verdict]

    def spec(self) -> dg.AssetCheckSpec:
        """What the asset announces of it."""
        return dg.AssetCheckSpec(
            self.name, asset=asset_key(self.table), description=self.description, blocking=self.is_blocking
        )


def checks_of(table: str) -> list[TableCheck]:
    """Every check that runs with a table, right after it is built."""
    claims = [_of_query(check) for check in CHECKS if check.table == table]
    if table not in CONTRACTS:
        return claims
    contract = CONTRACTS[table]
    keys = [] if table == "raw.events" else [_of_query(_unique_key(contract))]
    return [_of_contract(contract), *keys, *claims]


def run_checks(
    checks: Iterable[TableCheck], workspace: Workspace, window: Window, run_id: str
) -> list[dg.AssetCheckResult]:
    """Look for counter-examples in the days of a run, and keep what was found in the lake."""
    looked = [(check, check.look(workspace, window)) for check in checks]
    earlier = {table: failing_days(workspace.lake, table) for table in {check.table for check, _ in looked}}
    results = [
        (_result(check, verdict, earlier[check.table].get(check.name, set()), window, run_id), verdict)
        for check, verdict in looked
    ]
    record(workspace.lake, (result for result, _ in results))
    return [_evaluation(result, verdict) for result, verdict in results]


def _result(
    check: TableCheck, verdict: Verdict, earlier: set[str], window: Window, run_id: str
) -> CheckResult:
    left = {day for day in earlier if date.fromisoformat(day) not in window}
    return CheckResult(
        table=check.table,
        name=check.name,
        passed=not verdict.rows and not left,
        is_error=check.severity == "error" and (verdict.rows > 0 or not left),
        description=check.description,
        failing_days=tuple(sorted(verdict.days | left)),
        run_id=run_id,
    )


def _evaluation(result: CheckResult, verdict: Verdict) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {
        FAILING_DAYS: ", ".join(result.failing_days) or "none",
        "offending_rows": verdict.rows,
    }
    if verdict.examples:
        metadata["examples"] = dg.MetadataValue.md(verdict.examples)
    said = result.description if result.passed else f"{result.description} {_found(result, verdict)}"
    return evaluation_of(result, said, metadata)


def evaluation_of(result: CheckResult, description: str, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    """A result as Dagster takes it, with what was found in words and numbers."""
    return dg.AssetCheckResult(
        passed=result.passed,
        asset_key=asset_key(result.table),
        check_name=result.name,
        severity=dg.AssetCheckSeverity.ERROR if result.is_error else dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )


def _found(result: CheckResult, verdict: Verdict) -> str:
    left = len(set(result.failing_days) - verdict.days)
    found = [f"{verdict.rows} rows break it"] if verdict.rows else []
    if left:
        found.append(f"{left} days before were not mended" if left > 1 else "one day before was not mended")
    return f"Found: {'; '.join(found)}."


def _of_query(check: Check) -> TableCheck:
    def look(workspace: Workspace, window: Window) -> Verdict:
        finding = check.run(workspace.engine, window)
        if finding.passed:
            return CLEAN
        examples = markdown_table(finding.examples(), finding.offending.column_names)
        return Verdict(finding.offending.num_rows, frozenset(finding.days), examples)

    return TableCheck(check.name, check.table, check.description, check.severity, check.is_blocking, look)


def _unique_key(contract: Contract) -> Check:
    """Rows of the window whose key stands in the table more than once; in a register, on whatever days."""
    key = ", ".join(contract.key)
    read = "true" if contract.is_register else "event_date BETWEEN $first_day AND $last_day"
    return Check(
        name="unique_key",
        table=contract.table,
        description=f"No two rows share {key}.",
        sql=(
            f"SELECT {key}, max(event_date) AS event_date, count(*) AS copies FROM {contract.table} "  # noqa: S608
            f"WHERE {read} GROUP BY {key} "
            "HAVING count(*) > 1 AND max(event_date) BETWEEN $first_day AND $last_day"
        ),
        is_blocking=True,
    )


def _of_contract(contract: Contract) -> TableCheck:
    def look(workspace: Workspace, window: Window) -> Verdict:
        rows = workspace.lake.scan(contract.table)
        in_window = rows.filter(pl.col("event_date").is_between(window.first_day, window.last_day))
        broken = contract.violations(in_window)
        if not broken:
            return CLEAN
        offending = in_window.select("event_date", contract.first_violation()).drop_nulls("reason").collect()
        days = frozenset(str(day) for day in offending["event_date"].unique())
        reasons = [{"reason": reason, "rows": count} for reason, count in broken.items()]
        return Verdict(offending.height, days, markdown_table(reasons, ("reason", "rows")))

    return TableCheck(
        name="contract",
        table=contract.table,
        description="Every value is one that the contract allows.",
        severity="error",
        is_blocking=True,
        look=look,
    )
