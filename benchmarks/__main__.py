"""`python -m benchmarks`: every stage in a process of its own, and what it cost as a table and as JSON."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from graphlib import TopologicalSorter
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics_platform.workspace import MODELS
from benchmarks.stages import BASELINE, GENERATION, Cost


def stages() -> list[str]:
    """The baseline, generation and every stored model, each after what it reads."""
    order = TopologicalSorter({name: model.inputs for name, model in MODELS.items()}).static_order()
    return [BASELINE, GENERATION, *(name for name in order if name in MODELS and not MODELS[name].is_view)]


def costs(users: int, days: int) -> Iterator[Cost]:
    """Run the stages one after another in a lake of their own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ANALYTICS_LAKE": str(Path(folder) / "lake"),
            "ANALYTICS_USERS": str(users),
            "ANALYTICS_DAYS": str(days),
        }
        for stage in stages():
            command = [sys.executable, "-m", "benchmarks.stages", stage]
            ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603
            yield Cost(**json.loads(ran.stdout))


def is_generated(cost: Cost) -> bool:
    """Whether the stage makes events, rather than reading them."""
    return cost.stage in {BASELINE, GENERATION}


def table(found: list[Cost]) -> Table:
    """The costs, and how many times faster than the baseline events are generated."""
    pace = next(cost.events_per_cpu_second for cost in found if cost.stage == BASELINE)
    shown = Table(box=None)
    shown.add_column("stage", no_wrap=True)
    for heading in ("rows", "CPU s", "clock s", "events/CPU s", "ratio", "peak MiB"):
        shown.add_column(heading, justify="right")
    for cost in found:
        shown.add_row(
            cost.stage,
            f"{cost.rows:,}",
            f"{cost.cpu_seconds:.2f}",
            f"{cost.seconds:.2f}",
            f"{cost.events_per_cpu_second:,.0f}",
            f"{cost.events_per_cpu_second / pace:.1f}" if is_generated(cost) else "",
            f"{cost.peak_mib:,.0f}",
        )
    return shown


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--users", type=int, default=20_000, help="people in the world")
    parser.add_argument("--days", type=int, default=180, help="days that it lasts")
    parser.add_argument("--json", type=Path, help="file for the same figures as JSON")
    given = parser.parse_args()
    notes = Console(stderr=True)
    timed = costs(given.users, given.days)
    found = list(track(timed, "timing", len(stages()), console=notes, transient=True))
    Console(width=None if sys.stdout.isatty() else 120).print(table(found))
    if given.json:
        given.json.write_text(json.dumps([asdict(cost) for cost in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
