"""A dashboard served on a lake of its own, and headless Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.kpi_lake import write_lake

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = "[data-testid='stApp'][data-test-connection-state='CONNECTED'][data-test-script-state='notRunning']"
PATIENCE = 60

View = Callable[..., Page]


def chromium() -> str | None:
    """Path of an installed Chromium, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def served(lake: Path, folder: Path) -> Iterator[str]:
    """The dashboards on a free port of this machine, as `make dev` starts them; yields their address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}"]
    environment = {**os.environ, "ANALYTICS_LAKE": str(lake)}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(10 * PATIENCE):
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            assert server.poll() is None, "the dashboards did not start"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake of 120 days."""
    folder = tmp_path_factory.mktemp("served")
    write_lake(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(f"no Chromium on the path (looked for {', '.join(NAMES)}); apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def view(browser: Browser) -> Iterator[View]:
    """Opens an address in a fresh window of some width and colour scheme and waits until it is drawn."""
    contexts = []

    def look(
        url: str, *, width: int = 1440, height: int = 900, scheme: str = "light", charts: int = 3
    ) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.hosts = set()
        page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
        page.goto(url)
        drawn(page, charts)
        return page

    yield look
    for context in contexts:
        context.close()


def drawn(page: Page, charts: int) -> None:
    """Wait until the script has run and so many charts are on the page."""
    page.wait_for_selector(READY, timeout=PATIENCE * 1000)
    page.wait_for_function(
        "charts => document.querySelectorAll('.js-plotly-plot').length === charts",
        arg=charts,
        timeout=PATIENCE * 1000,
    )
