"""The command line as a process of its own, over a small world."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-c", "from analytics_platform.cli import main; main()")
SMALL = {"ANALYTICS_USERS": "300", "ANALYTICS_DAYS": "40"}


@dataclass(frozen=True)
class Printed:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Demo:
    """A lake that `demo` built, and what it printed."""

    lake: Path
    printed: Printed


def small_world(lake: Path) -> dict[str, str]:
    """The environment of a process that works on a small world in this lake."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **SMALL, "PATH": programs, "ANALYTICS_LAKE": str(lake)}


def run_program(*words: str, lake: Path) -> Printed:
    """Run a command to its end."""
    ran = subprocess.run(
        [*PROGRAM, *words], env=small_world(lake), capture_output=True, text=True, check=False, timeout=300
    )
    return Printed(ran.returncode, ran.stdout, ran.stderr)
