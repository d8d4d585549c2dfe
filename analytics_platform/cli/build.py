"""`run`: assets built through Dagster, with progress while they are and a summary after."""

from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.cli.options import FromOption, ToOption, window_between
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import open_workspace

if TYPE_CHECKING:
    from analytics_platform.defs.launch import RunOutcome, Step

ALL_BUT_PROOF = "not validation/certificates"
"""Certificates are about methods, not about these data: `certify` makes them."""

STEPS = {"asset": pl.String, "state": pl.String, "seconds": pl.Float64}


def run(
    first: FromOption = None,
    last: ToOption = None,
    select: Annotated[
        str,
        typer.Option(
            help="Assets to build: names such as activity/sessions, group:activity, +behaviour/kpi_daily."
        ),
    ] = ALL_BUT_PROOF,
    form: FormatOption = "table",
) -> None:
    """Materialise assets through Dagster for a range of days.

    All days and all assets but certificates (see `certify`) unless told otherwise. A window that is built
    again gets the same rows. Exits with 1 when a step fails or a check finds an error.

    Example:
        analytics-platform run
        analytics-platform run --from 2025-09-01 --to 2025-09-30 --select "activity/sessions+"
    """
    workspace = open_workspace()
    is_fresh = not workspace.lake.tables() and workspace.source == "simulation"
    if is_fresh and workspace.settings.source == "auto":
        raise AnalyticsError(
            f"The lake {workspace.settings.lake} is empty: fill it with `analytics-platform demo` or "
            "`analytics-platform ingest`, or say --source simulation."
        )
    outcome = build(window_between(first, last, workspace.days), select)
    steps = [(step.name, step.state, round(step.seconds, 2)) for step in outcome.steps]
    show(pl.DataFrame(steps, STEPS, orient="row"), form)
    refuse_failure(outcome)


def build(window: Window, select: str = ALL_BUT_PROOF) -> "RunOutcome":
    """Build assets over a window, with a progress bar on standard error."""
    # Dagster takes a second to import, which help need not wait for.
    from analytics_platform.defs import launch  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("starting", total=None)

        def report(step: "Step") -> None:
            progress.update(task, description=step.name, completed=step.finished, total=step.total)

        outcome = launch.run(window, select, on_step=report)
    passed = len(outcome.checks) - len(outcome.failed_checks)
    notes.print(
        f"{window} built in {outcome.seconds:.1f} s; {passed} of {len(outcome.checks)} checks passed "
        f"(run {outcome.run_id[:8]})"
    )
    for check in outcome.failed_checks:
        severity, days = "error" if check.is_error else "warning", _days(check.failing_days)
        notes.print(f"{severity}: {check.table} {check.name}: {check.description}{days}")
    return outcome


def refuse_failure(outcome: "RunOutcome") -> None:
    """Turn a run that went wrong into a user's error.

    Raises:
        AnalyticsError: a step failed, or a check found an error.
    """
    if outcome.error is not None:
        raise AnalyticsError(outcome.error)
    wrong = [f"{check.table} {check.name}" for check in outcome.failed_checks if check.is_error]
    if wrong:
        raise AnalyticsError(f"Built, but a check found an error: {', '.join(wrong)}.")


def _days(days: tuple[str, ...]) -> str:
    if not days:
        return ""
    return f" (on {', '.join(days[:3])}{f' and {len(days) - 3} more days' if len(days) > 3 else ''})"
