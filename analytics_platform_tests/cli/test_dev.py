"""`dev`: servers that start together and stop together."""

import os
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import psutil
import pytest

from analytics_platform.cli import dev as module
from analytics_platform.cli.dev import HOST, Service, prepare_environment
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.program import PROGRAM

FOREVER = "import time; time.sleep(600)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def web_server(name: str) -> Service:
    port = free_port()
    return Service(name, ("http.server", str(port), "--bind", HOST), port, "/")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[psutil.Process]:
    """Processes that `dev` started."""
    processes: list[psutil.Process] = []
    original = subprocess.Popen

    def remembered(*arguments: object, **options: object) -> object:
        process = original(*arguments, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]
        processes.append(psutil.Process(process.pid))
        return process

    monkeypatch.setattr(subprocess, "Popen", remembered)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return processes


def use(monkeypatch: pytest.MonkeyPatch, *services: Service) -> None:
    monkeypatch.setattr(module, "_services", lambda *_: list(services))


def test_both_stop_and_the_command_fails_when_one_dies(
    analytics: Command, monkeypatch: pytest.MonkeyPatch, started: list[psutil.Process]
):
    use(monkeypatch, web_server("Dagster UI"), Service("Dashboards", ("no_such_module",), free_port(), "/"))

    printed = analytics("dev")

    assert printed.code == 1
    assert "The Dashboards ended with code 1; see its messages above." in printed.err
    assert [process.is_running() for process in started] == [False, False]


def test_both_stop_when_one_does_not_answer_in_time(
    analytics: Command, monkeypatch: pytest.MonkeyPatch, started: list[psutil.Process]
):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1.5)
    silent = Service("Dashboards", ("timeit", "-n", "1", "-r", "1", FOREVER), free_port(), "/")
    use(monkeypatch, silent, web_server("Dagster UI"))

    printed = analytics("dev")

    assert printed.code == 1
    assert "The Dashboards did not answer in time" in printed.err
    assert [process.is_running() for process in started] == [False, False]


def test_an_interrupt_stops_both_and_is_no_failure(
    analytics: Command, monkeypatch: pytest.MonkeyPatch, started: list[psutil.Process]
):
    services = (web_server("Dagster UI"), web_server("Dashboards"))
    use(monkeypatch, *services)

    def interrupted(*_: object) -> None:
        if all(service.answers() for service in services):
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "_fail_if_one_died", interrupted)
    printed = analytics("dev")

    assert printed.code == 0
    assert [process.is_running() for process in started] == [False, False]


def test_a_taken_port_is_refused_with_the_option_that_changes_it(analytics: Command):
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        port = holder.getsockname()[1]
        printed = analytics("dev", "--dagster-port", str(port))

    assert printed.code == 1
    assert f"Port {port} for the Dagster UI is taken" in printed.err
    assert "--dagster-port" in printed.err


def test_links_of_alerts_follow_the_port_unless_an_address_was_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    for name in ("ANALYTICS_DAGSTER_URL", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)

    prepare_environment(3456)
    assert os.environ["ANALYTICS_DAGSTER_URL"] == "http://127.0.0.1:3456"
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "data" / "lake.dagster")

    monkeypatch.setenv("ANALYTICS_DAGSTER_URL", "https://dagster.example")
    prepare_environment(3456)
    assert os.environ["ANALYTICS_DAGSTER_URL"] == "https://dagster.example"


@pytest.mark.slow
def test_the_real_servers_answer_and_leave_no_process_behind(tmp_path: Path):
    dagster, dashboards = free_port(), free_port()
    ports = ("--dagster-port", str(dagster), "--dashboard-port", str(dashboards))
    running = subprocess.Popen(
        [*PROGRAM, "dev", *ports],
        env={**os.environ, "ANALYTICS_LAKE": str(tmp_path / "lake")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    with running.stdout as told:
        lines = [told.readline().strip() for _ in range(2)]
        children = psutil.Process(running.pid).children(recursive=True)
        answers = [
            urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=10).status
            for port, path in ((dagster, "/server_info"), (dashboards, "/_stcore/health"))
        ]
        running.send_signal(signal.SIGINT)
        code = running.wait(60)

    assert lines == [f"Dagster UI: http://{HOST}:{dagster}", f"Dashboards: http://{HOST}:{dashboards}"]
    assert answers == [200, 200]
    assert code == 0
    assert len(children) > 2
    assert not psutil.wait_procs(children, timeout=10)[1]
