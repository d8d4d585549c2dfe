"""`demo`: a whole world simulated and built, and what came out in numbers."""

import resource
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics_platform.cli.build import build, refuse_failure
from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from analytics_platform.defs.launch import RunOutcome

FIGURES = {"figure": pl.String, "value": pl.Float64, "meaning": pl.String}

COUNTS = """
    SELECT (SELECT count(*) FROM raw.events) AS deliveries,
        (SELECT count(*) FROM activity.events) AS kept,
        (SELECT count(*) FROM activity.events WHERE NOT is_bot) AS events,
        (SELECT count(*) FROM activity.users) AS users,
        (SELECT count(*) FROM activity.sessions) AS sessions
"""
KPIS = """
    SELECT sum(CASE WHEN event_date > $month_ago THEN dau END)
            / sum(CASE WHEN event_date > $month_ago THEN mau END) AS stickiness,
        sum(retained_1d) / sum(cohort_1d) AS retention_1d,
        sum(retained_7d) / sum(cohort_7d) AS retention_7d,
        sum(retained_30d) / sum(cohort_30d) AS retention_30d
    FROM behaviour.kpi_daily WHERE dimension = 'overall' AND event_date BETWEEN $first_day AND $last_day
"""
NEXT = """
The simulator plants late, doubled and lost deliveries and bots: warnings about them are as they should be.

What to do next (`source .venv/bin/activate` first puts the command on your path)
  analytics-platform dev                               the dashboards and the Dagster UI
  analytics-platform tables                            what was built
  analytics-platform sql "select * from behaviour.kpi_daily where dimension = 'overall'"
  analytics-platform world --describe                  what the simulated world contains
  analytics-platform ingest --help                     bring your own events
"""


def demo(form: FormatOption = "table") -> None:
    """Simulate a world, build every table through Dagster and sum up what came out.

    A second call builds the same rows again. A larger or shorter world is a matter of settings.

    Example:
        analytics-platform demo
        analytics-platform demo --users 2000 --days 60 --lake data/small
    """
    workspace = open_workspace()
    lake, users = workspace.settings.lake, workspace.settings.users
    if workspace.source == "logs":
        raise AnalyticsError(f"The lake {lake} holds a real log: give the demo its own with --lake.")
    notes.print(f"Simulating {users:,} people over {workspace.days} into {lake}")
    outcome = build(workspace.days)
    refuse_failure(outcome)
    show(pl.DataFrame(_figures(workspace, outcome), FIGURES, orient="row"), form)
    notes.print(NEXT, highlight=False)


def _figures(workspace: Workspace, outcome: "RunOutcome") -> list[tuple[str, float | None, str]]:
    window = outcome.window
    month_ago = window.last_day - timedelta(days=28)
    counts = workspace.engine.query(COUNTS).to_pylist()[0]
    kpis = workspace.engine.query(KPIS, {**window.parameters(), "month_ago": month_ago}).to_pylist()[0]
    return [
        ("days", len(window), str(window)),
        ("deliveries", counts["deliveries"], "rows of raw.events"),
        ("repeated", counts["deliveries"] - counts["kept"], "deliveries of an event delivered before"),
        ("bot_events", counts["kept"] - counts["events"], "kept in activity.events, left out after it"),
        ("events", counts["events"], "rows of activity.event_log: deliveries less the two above"),
        ("users", counts["users"], "who ever came"),
        ("sessions", counts["sessions"], "without bots"),
        ("dau_mau", kpis["stickiness"], "share of the month's users who come on a day, last 28 days"),
        ("retention_1d", kpis["retention_1d"], "share of new users active on the day after"),
        ("retention_7d", kpis["retention_7d"], "and 7 days after"),
        ("retention_30d", kpis["retention_30d"], "and 30 days after"),
        ("seconds", round(outcome.seconds, 1), "from simulation to KPIs and checks"),
        ("peak_memory_gib", round(_peak_memory_gib(), 2), "of this process"),
    ]


def _peak_memory_gib() -> float:
    """Peak resident memory; the kernel counts kilobytes on Linux and bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)
