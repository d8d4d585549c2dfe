"""The benchmark: its order, its figures, and that the baseline does comparable work."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analytics_platform.workspace import MODELS
from analytics_platform_tests.program import small_world
from benchmarks.__main__ import stages
from benchmarks.pandas_baseline import generate
from benchmarks.stages import BASELINE, GENERATION, measure


def test_every_stored_model_is_timed_after_what_it_reads():
    order = stages()

    assert order[:2] == [BASELINE, GENERATION]
    assert set(order[2:]) == {name for name, model in MODELS.items() if not model.is_view}
    for position, name in enumerate(order[2:]):
        later = set(order[2:][position:])
        assert not later & set(MODELS[name].inputs)


def test_cost_counts_computing_and_not_waiting():
    def work() -> tuple[int, int]:
        time.sleep(0.3)
        return 5, 10

    cost = measure("idle", work)

    assert (cost.rows, cost.events) == (5, 10)
    assert cost.cpu_seconds < 0.2 < cost.seconds
    assert cost.peak_mib > 10


def test_the_baseline_writes_the_events_that_it_counts(tmp_path: Path):
    events = generate(tmp_path, users=50, days=10, seed=1)

    with (tmp_path / "events.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == events > 1000
    assert len({row["event_id"] for row in rows}) == events
    assert {"user_id", "session_id", "event_time", "feature", "engagement_seconds"} <= rows[0].keys()
    assert {path.name for path in tmp_path.iterdir()} == {"users.csv", "sessions.csv", "events.csv"}


@pytest.mark.slow
def test_one_command_times_every_stage_and_writes_json(tmp_path: Path):
    arguments = ["--users", "200", "--days", "30", "--json", str(tmp_path / "costs.json")]

    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        env=small_world(tmp_path / "lake"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    costs = json.loads((tmp_path / "costs.json").read_text())
    assert [cost["stage"] for cost in costs] == stages()
    assert all(cost["rows"] > 0 and cost["cpu_seconds"] > 0 for cost in costs)
    for stage in stages():
        assert stage in ran.stdout
