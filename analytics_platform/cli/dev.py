"""`dev`: the Dagster UI, its daemon and the dashboards, started and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated
from urllib.error import URLError

import typer

from analytics_platform.cli.formats import notes
from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import PREFIX, load_settings

HOST = "127.0.0.1"
PATIENCE_SECONDS = 120.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Service:
    """A server to start.

    Attributes:
        name: what the user calls it.
        command: its command line.
        port: where it listens on 127.0.0.1.
        health: path that answers once it is up.
    """

    name: str
    command: tuple[str, ...]
    port: int
    health: str

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.port}"

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            with urllib.request.urlopen(self.address + self.health, timeout=2) as reply:  # noqa: S310
                return reply.status == 200
        except (URLError, OSError):
            return False


def dev(
    dagster_port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
    dashboard_port: Annotated[int, typer.Option(help="Port of the dashboards.")] = 8501,
) -> None:
    """Start the Dagster UI, its daemon and the dashboards together.

    Both listen on 127.0.0.1 only; Ctrl-C stops everything. If one of them ends, the others are
    stopped and the command fails.

    Example:
        analytics-platform dev
        analytics-platform dev --dagster-port 3001 --dashboard-port 8502
    """
    prepare_environment(dagster_port)
    services = _services(dagster_port, dashboard_port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), _running(services) as processes:
        with notes.status("starting the Dagster UI and the dashboards"):
            _wait_until_all_answer(services, processes)
        for service in services:
            sys.stdout.write(f"{service.name}: {service.address}\n")
        sys.stdout.flush()
        notes.print("Ctrl-C stops both.")
        while True:
            _fail_if_one_died(services, processes)
            time.sleep(POLL_SECONDS)


def prepare_environment(dagster_port: int) -> None:
    """Set what both services read: Dagster's home, and its address for links unless the user named one."""
    # Dagster takes a second to import, which help need not wait for.
    from analytics_platform.defs.instance import prepare_home  # noqa: PLC0415

    settings = load_settings()
    prepare_home(settings)
    if "dagster_url" not in settings.model_fields_set:
        os.environ[f"{PREFIX}DAGSTER_URL"] = f"http://{HOST}:{dagster_port}"


def _services(dagster_port: int, dashboard_port: int) -> list[Service]:
    app = find_spec("dashboards.app")
    if app is None or app.origin is None:
        raise AnalyticsError("The package dashboards is not installed: run `make` in a clone of the project.")
    here = ("--server.address", HOST, "--server.port", str(dashboard_port))
    quiet = ("--server.headless", "true", "--browser.gatherUsageStats", "false")
    streamlit = ("streamlit", "run", app.origin, *here, *quiet)
    dagster = ("dagster", "dev", "-h", HOST, "-p", str(dagster_port), "-m", "analytics_platform.definitions")
    services = [
        Service("Dagster UI", (*dagster, "--log-level", "warning"), dagster_port, "/server_info"),
        Service("Dashboards", streamlit, dashboard_port, "/_stcore/health"),
    ]
    for service in services:
        _refuse_taken_port(service)
    return services


def _refuse_taken_port(service: Service) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, service.port))
        except OSError:
            raise AnalyticsError(
                f"Port {service.port} for the {service.name} is taken: stop what listens there, or give "
                "--dagster-port or --dashboard-port."
            ) from None


@contextmanager
def _running(services: list[Service]) -> Generator[list[subprocess.Popen[bytes]]]:
    """Processes of the services, each in a group of its own, all gone when the context ends."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for service in services:
            processes.append(  # noqa: PERF401
                subprocess.Popen(  # noqa: S603
                    (sys.executable, "-W", "ignore", "-m", *service.command),
                    stdin=subprocess.DEVNULL,
                    stdout=sys.stderr,
                    start_new_session=True,
                )
            )
        yield processes
    finally:
        _stop(processes)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            notes.print(f"process {process.pid} did not stop in time and is ended", style="dim")
        # Whatever a leader left behind, such as Dagster's code servers, goes with its group.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_all_answer(services: list[Service], processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not all(service.answers() for service in services):
        _fail_if_one_died(services, processes)
        if time.monotonic() > deadline:
            silent = next(service.name for service in services if not service.answers())
            raise AnalyticsError(f"The {silent} did not answer in time; see its messages above.")
        time.sleep(POLL_SECONDS)


def _fail_if_one_died(services: list[Service], processes: list[subprocess.Popen[bytes]]) -> None:
    for service, process in zip(services, processes, strict=True):
        if process.poll() is not None:
            raise AnalyticsError(
                f"The {service.name} ended with code {process.returncode}; see its messages above."
            )
