"""A command line in this process, and a small world built once by `demo` in its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from analytics_platform.cli import main

PROGRAM = (sys.executable, "-c", "from analytics_platform.cli import main; main()")
SMALL = {"ANALYTICS_USERS": "300", "ANALYTICS_DAYS": "40"}


@dataclass(frozen=True)
class Printed:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Printed]


def run_program(*words: str, lake: Path, timeout: float = 300) -> Printed:
    """Run the command line as a process of its own, over a small world."""
    environment = {**os.environ, **SMALL, "ANALYTICS_LAKE": str(lake)}
    ran = subprocess.run(
        [*PROGRAM, *words], env=environment, capture_output=True, text=True, check=False, timeout=timeout
    )
    return Printed(ran.returncode, ran.stdout, ran.stderr)


@dataclass(frozen=True)
class Demo:
    """A lake that `demo` built, and what it printed."""

    lake: Path
    printed: Printed


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    lake = tmp_path_factory.mktemp("demo") / "lake"
    return Demo(lake, run_program("demo", "--format", "json", lake=lake))


@pytest.fixture
def analytics(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Command]:
    """Run a command in this process over an empty lake, unless its words name another."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Printed:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(words)
        printed = capfd.readouterr()
        return Printed(int(stopped.value.code or 0), printed.out, printed.err)

    with mock.patch.dict(os.environ):
        yield run
