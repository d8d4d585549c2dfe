"""Freshness: whether yesterday is there, asked apart from the runs that build tables.

Belongs here: what is expected of daily tables at a moment. Does not: checks of what a table holds
(`checks.py`). A run that never came is noticed, as it could not notice itself.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.check_results import TABLE, record
from analytics_platform.defs.checks import evaluation_of
from analytics_platform.defs.partitions import is_fed_daily, known_days
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import as_it_is, asset_key
from analytics_platform.workspace import MODELS, Workspace

NAME = "freshness"
CLAIM = "The table holds yesterday, or the last day of the world or of the log."
# Tables of experiments have no rows for a day on which none runs, and churn's features only every sixth day.
NOT_EVERY_DAY = ("experiments.", "churn.")
DAILY_TABLES = (
    "raw.events",
    *(name for name, model in MODELS.items() if model.is_daily and not name.startswith(NOT_EVERY_DAY)),
)
GRACE = timedelta(hours=6)


def expected_day(workspace: Workspace, now: datetime) -> date | None:
    """The newest day that tables should hold; None while there is nothing to expect.

    Args:
        workspace: whose world or log may end before yesterday.
        now: the instant of asking; a day is expected six hours after its end.
    """
    yesterday = (now.astimezone(workspace.settings.zone) - GRACE).date() - timedelta(days=1)
    days = known_days(workspace)
    if days is None or yesterday < days.first_day:
        return None
    return yesterday if is_fed_daily(workspace) else min(yesterday, days.last_day)


@dg.multi_asset_check(
    name=NAME,
    specs=[dg.AssetCheckSpec(NAME, asset=asset_key(table), description=CLAIM) for table in DAILY_TABLES],
    can_subset=True,
)
def freshness(
    context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource
) -> Iterator[dg.AssetCheckResult]:
    """One step for every daily table."""
    opened = workspace.open()
    expected = expected_day(opened, datetime.now(UTC))
    tables = sorted(".".join(key.asset_key.path) for key in context.selected_asset_check_keys)
    newest = {table: max(opened.lake.days(table), default=None) for table in tables}
    results = [_result(table, newest[table], expected, context.run.run_id) for table in tables]
    record(opened.lake, results)
    context.op_execution_context.log_event(as_it_is(opened.lake, TABLE))
    for result in results:
        days = {"newest_day": str(newest[result.table]), "expected_day": str(expected)}
        said = CLAIM if result.passed else f"{CLAIM} Newest: {days['newest_day']}; expected: {expected}."
        yield evaluation_of(result, said, days)


def _result(table: str, newest: date | None, expected: date | None, run_id: str) -> CheckResult:
    return CheckResult(
        table=table,
        name=NAME,
        passed=expected is None or (newest is not None and newest >= expected),
        is_error=False,
        description=CLAIM,
        failing_days=(),
        run_id=run_id,
    )
