"""A whole Dagster, as `dagster dev` starts it: its daemon alerts, and again when the webhook refuses."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import launch
from analytics_platform.lakehouse import Window
from analytics_platform.settings import load_settings
from analytics_platform.workspace import Workspace
from analytics_platform_tests.alerts.receiver import Receiver, receiving
from analytics_platform_tests.defs.faults import rewrite, unknown_platform

DAY = date(2025, 9, 10)
WINDOW = Window(date(2025, 9, 9), DAY)
PATIENCE_SECONDS = 75
CHECK_FAILED = "Error: check contract of raw.events failed"
RUN_FAILED = "Error: run of raw/classrooms and 5 more assets failed"
RECOVERED = "Recovered: check contract of raw.events"


def until(happened: Callable[[], object], what: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for something, for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert process.poll() is None, f"dagster dev ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE_SECONDS} s"
        time.sleep(0.25)


@contextmanager
def dagster_dev(log: Path) -> Generator[subprocess.Popen[bytes]]:
    """`dagster dev` on a free port of 127.0.0.1, in a process group that is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module = "analytics_platform_tests.defs.live_definitions"
    command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-m", module]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=environment,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def told(receiver: Receiver) -> list[str]:
    """Titles of the alerts that were taken, in order."""
    return [title for message in receiver.accepted for title in message["text"].splitlines()]


def has_ticked(instance: dg.DagsterInstance) -> bool:
    """Whether the sensor has seen what there was, and watches from now on."""
    states = instance.all_instigator_state()
    return any(getattr(state.instigator_data, "cursor", None) for state in states)


@pytest.mark.slow
def test_an_alert_that_was_refused_arrives_exactly_once_from_a_running_dagster(
    raw_workspace: Workspace,
    kept_instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    settings_in_force: Path,
) -> None:
    lake = raw_workspace.lake
    with receiving([500]) as receiver:
        monkeypatch.setenv("ANALYTICS_ALERT_WEBHOOK", receiver.address)
        with dagster_dev(settings_in_force / "dagster.log") as process:
            until(lambda: has_ticked(kept_instance), "the first tick", process)
            sound = unknown_platform(lake, DAY)
            assert not launch.run(WINDOW, "raw/*", instance=kept_instance).succeeded
            until(lambda: told(receiver) == [CHECK_FAILED, RUN_FAILED], "the alert", process)
            rewrite(lake, "raw.events", DAY, sound)
            assert launch.run(WINDOW, "raw/*", instance=kept_instance).succeeded
            until(lambda: len(told(receiver)) > 2, "the recovery", process)
    assert told(receiver) == [CHECK_FAILED, RUN_FAILED, RECOVERED]
    (refused,) = receiver.refused
    assert refused["text"].startswith(CHECK_FAILED)
    assert refused["blocks"][0] == receiver.accepted[0]["blocks"][0]
    assert "Days: 2025-09-10." in refused["blocks"][0]["text"]["text"]
    file = load_settings().beside_lake("alerts.jsonl")
    assert len(file.read_text().splitlines()) == 3
