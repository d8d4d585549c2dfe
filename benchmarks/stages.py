"""One stage of the benchmark in this process: `python -m benchmarks.stages NAME` prints its cost as JSON."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

BASELINE = "pandas baseline"
GENERATION = "generation"


@dataclass(frozen=True)
class Cost:
    """What a stage cost.

    Attributes:
        stage: its name.
        rows: rows written.
        events: events generated, or behind the rows.
        cpu_seconds: user and system time, all threads, imports left out.
        seconds: by the clock.
        peak_mib: peak resident memory of its process, imports included.
    """

    stage: str
    rows: int
    events: int
    cpu_seconds: float
    seconds: float
    peak_mib: float

    @property
    def events_per_cpu_second(self) -> float:
        return self.events / self.cpu_seconds


def measure(stage: str, work: Callable[[], tuple[int, int]]) -> Cost:
    """Do the work, which returns rows written and events, and take its cost."""
    cpu, clock = _cpu_seconds(), time.monotonic()
    rows, events = work()
    cpu_seconds, seconds = _cpu_seconds() - cpu, time.monotonic() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    per_mib = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(stage, rows, events, cpu_seconds, seconds, peak / per_mib)


def run(stage: str) -> Cost:
    """Run a stage under the settings in force: the baseline, generation, or a model by name.

    Generation leaves the catalogue of experiments too, which models read and which is not in its cost.
    """
    if stage == BASELINE:
        return _baseline()
    return _generation() if stage == GENERATION else _model(stage)


def _baseline() -> Cost:
    from analytics_platform.settings import load_settings  # noqa: PLC0415
    from benchmarks.pandas_baseline import generate  # noqa: PLC0415

    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:

        def work() -> tuple[int, int]:
            events = generate(Path(folder), settings.users, settings.days, settings.seed)
            return events, events

        return measure(BASELINE, work)


def _generation() -> Cost:
    from analytics_platform.experiments.catalogue_in_force import catalogue_in_force  # noqa: PLC0415
    from analytics_platform.experiments.catalogue_table import write_catalogue  # noqa: PLC0415
    from analytics_platform.simulation import load_world, simulate  # noqa: PLC0415
    from analytics_platform.workspace import open_workspace  # noqa: PLC0415

    workspace = open_workspace()
    world = load_world(workspace.settings)
    write_catalogue(workspace.lake, catalogue_in_force(workspace.settings, workspace.source))

    def work() -> tuple[int, int]:
        written = simulate(workspace.lake, world, workspace.days)
        return sum(written.values()), written["raw.events"]

    return measure(GENERATION, work)


def _model(name: str) -> Cost:
    from analytics_platform.llm_quality import interaction_scores as scoring  # noqa: PLC0415
    from analytics_platform.workspace import MODELS, open_workspace  # noqa: PLC0415

    workspace = open_workspace()
    events = workspace.lake.snapshot(["raw.events"]).tables["raw.events"].rows
    window = workspace.days
    if scoring.TABLE in MODELS[name].inputs:
        rows = scoring.interaction_scores(workspace.engine, window)
        workspace.lake.replace_days(scoring.TABLE, window, rows, scoring.SCHEMA)
    return measure(name, lambda: (workspace.engine.run(MODELS[name], window).rows, events))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(run(sys.argv[1]))))
