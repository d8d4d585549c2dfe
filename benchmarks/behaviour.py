"""Behaviour tables against pandas and chdb: `python -m benchmarks.behaviour [--lake LAKE] [--only TABLE …]`.

Every way runs in a process of its own and is measured as `make bench` measures. The lake is only read: our
tables are written to a temporary one that shares its other tables by links.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics_platform.behaviour.metric_changes import metric_changes
from analytics_platform.behaviour.segments import segment_tables
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import open_workspace
from benchmarks.contest import OURS, Contest, chdb_rows, missing
from benchmarks.rivals import lifecycle, retention, segments
from benchmarks.stages import Cost, measure

CONTESTS: dict[str, Contest] = {
    contest.table: contest
    for contest in (
        Contest("behaviour.kpi_daily"),
        Contest("behaviour.feature_adoption_daily"),
        Contest(
            "behaviour.lifecycle_daily",
            {"pandas": lambda s: len(lifecycle.lifecycle(s)), "chdb": chdb_rows(lifecycle.LIFECYCLE)},
        ),
        Contest(
            "behaviour.growth_accounting_daily",
            {"pandas": lambda s: len(lifecycle.growth(s)), "chdb": chdb_rows(lifecycle.GROWTH)},
        ),
        Contest(
            "behaviour.power_users",
            {"pandas": lambda s: len(lifecycle.power_users(s)), "chdb": chdb_rows(lifecycle.POWER)},
        ),
        Contest(
            "behaviour.user_lifetimes",
            {"pandas": retention.pandas_lifetimes, "chdb": chdb_rows(retention.LIFETIMES)},
        ),
        Contest("behaviour.cohort_retention", {"pandas, N-day cells alone": retention.pandas_n_days}),
        Contest("behaviour.retention_by_frequency"),
        Contest("behaviour.survival", build=retention.build_survival),
        Contest(
            "behaviour.segments",
            {"pandas, no k-means": segments.segments, "chdb, features": chdb_rows(segments.FEATURES)},
            build=lambda w, days: segment_tables(w.engine, days.last_day)["behaviour.segments"].num_rows,
        ),
        Contest(
            "behaviour.metric_changes",
            {"pandas, sums alone": segments.contributions},
            build=lambda w, days: (
                metric_changes(
                    w.engine,
                    days.last_day,
                    {},
                    w.settings.zone,
                    has_experiments=w.lake.exists("raw.exposures"),
                ).num_rows
            ),
        ),
    )
}
"""In the order in which tables are built: one that reads another stands after it."""

Outcome = Cost | str
"""What a way cost, or why it was not tried or did not finish."""


def outcomes(lake: Lake, tables: Sequence[str]) -> Iterator[tuple[str, str, Outcome]]:
    """Table, way and outcome of every way to compute the tables, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        shared = link(lake, Path(folder) / "lake", tables)
        for table in tables:
            for way in CONTESTS[table].ways:
                yield table, way, missing(way) or _in_its_own_process(shared, table, way)


def link(lake: Lake, root: Path, tables: Sequence[str]) -> Lake:
    """A lake at `root` with links to all tables of another but those given, which are to be built there."""
    for name in lake.tables():
        if name not in tables:
            path = Lake(root).path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(lake.path(name).absolute())
    return Lake(root)


def once(table: str, way: str) -> Cost:
    """One way in this process, on the lake of the settings in force."""
    workspace = open_workspace()
    days = workspace.lake.days("activity.user_days")
    if not days:
        raise AnalyticsError(f"The lake {workspace.lake.root} holds no activity.user_days: run `make demo`.")
    events = workspace.lake.snapshot(["activity.events"]).tables["activity.events"].rows
    window = Window(days[0], days[-1])
    return measure(table, lambda: (CONTESTS[table].run(way, workspace, window), events))


def _in_its_own_process(lake: Lake, table: str, way: str) -> Outcome:
    command = [sys.executable, "-m", "benchmarks.behaviour", "--one", table, way]
    environment = {**os.environ, "ANALYTICS_LAKE": str(lake.root)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        return next(reversed(ran.stderr.strip().splitlines()), f"ended with {ran.returncode}")
    return Cost(**json.loads(ran.stdout.splitlines()[-1]))


def shown(found: Sequence[tuple[str, str, Outcome]]) -> Table:
    """The outcomes as a table; ratios are to the CPU time of ours."""
    ours = {table: cost.cpu_seconds for table, way, cost in found if way == OURS and isinstance(cost, Cost)}
    told = Table(box=None)
    told.add_column("table", no_wrap=True)
    told.add_column("way", no_wrap=True)
    for heading in ("rows", "CPU s", "clock s", "ratio", "peak MiB"):
        told.add_column(heading, justify="right")
    for table, way, cost in found:
        if isinstance(cost, str):
            told.add_row(table, way, cost)
            continue
        ratio = f"{cost.cpu_seconds / ours[table]:.1f}" if table in ours else ""
        numbers = f"{cost.rows:,}", f"{cost.cpu_seconds:.2f}", f"{cost.seconds:.2f}"
        told.add_row(table, way, *numbers, ratio, f"{cost.peak_mib:,.0f}")
    return told


def _as_json(table: str, way: str, outcome: Outcome) -> dict[str, object]:
    told = {"reason": outcome} if isinstance(outcome, str) else asdict(outcome)
    return {"table": table, "way": way, **told}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.behaviour", description=__doc__)
    parser.add_argument("--lake", type=Path, default=Path("data/lake"), help="a lake with activity tables")
    parser.add_argument("--only", nargs="+", choices=list(CONTESTS), help="tables to time; default: all")
    parser.add_argument("--json", type=Path, help="file for the same figures as JSON")
    parser.add_argument("--one", nargs=2, metavar=("TABLE", "WAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        sys.stdout.write(json.dumps(asdict(once(*given.one))) + "\n")
        return
    tables = [table for table in CONTESTS if table in (given.only or CONTESTS)]
    timed = outcomes(Lake(given.lake), tables)
    ways = sum(len(CONTESTS[table].ways) for table in tables)
    found = list(track(timed, "timing", ways, console=Console(stderr=True), transient=True))
    Console(width=None if sys.stdout.isatty() else 120).print(shown(found))
    if given.json:
        given.json.write_text(json.dumps([_as_json(*each) for each in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
