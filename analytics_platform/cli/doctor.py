"""`doctor`: whether this machine, the installation and the lake are fit for work, and how to mend them."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import polars as pl
import psutil
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform.settings import Settings, load_settings

LEAST_PYTHON = (3, 11)
LEAST_DISK_GB = 2.0
GB = 1e9
UNITS_GB = {"MB": 1e-3, "GB": 1.0, "TB": 1e3}
LOCK = Path(__file__).parents[2] / "requirements.lock"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        subject: what.
        status: `fail` where work cannot go on.
        found: what was seen.
        mend: what to do; empty when all is well.
    """

    subject: str
    status: Literal["ok", "warn", "fail"]
    found: str
    mend: str = ""


SCHEMA = {"subject": pl.String, "status": pl.String, "found": pl.String, "mend": pl.String}


def doctor(form: FormatOption = "table") -> None:
    """Check this machine, the installation and the lake, and say the mend.

    Exits with 1 when something must be mended before work can go on.

    Example:
        analytics-platform doctor
        analytics-platform doctor --format json
    """
    settings = load_settings()
    with notes.status("looking"):
        found = [diagnosis for examine in EXAMINATIONS for diagnosis in examine(settings)]
    show(pl.DataFrame(found, SCHEMA), form)
    if any(diagnosis.status == "fail" for diagnosis in found):
        raise typer.Exit(1)


def python_version(_: Settings) -> Iterator[Diagnosis]:
    """Whether the interpreter is new enough."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= LEAST_PYTHON:
        yield Diagnosis("Python", "ok", found)
    else:
        yield Diagnosis("Python", "fail", found, "Install Python 3.11 or newer.")


def disk_space(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the lake's disk has room, and whether the lake may be written."""
    folder = settings.lake.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / GB
    found = f"{free:.0f} GB free at {folder}"
    if not os.access(folder, os.W_OK):
        yield Diagnosis("Disk", "fail", f"{folder} is read-only", "Choose a writable folder with --lake.")
    elif free < LEAST_DISK_GB:
        yield Diagnosis("Disk", "fail", found, f"Free {LEAST_DISK_GB:.0f} GB, or move the lake with --lake.")
    else:
        yield Diagnosis("Disk", "ok", found)


def memory(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the SQL engine's memory limit is really there."""
    limit = float(settings.memory_limit[:-2]) * UNITS_GB[settings.memory_limit[-2:]]
    machine = psutil.virtual_memory()
    found = f"{machine.available / GB:.1f} of {machine.total / GB:.1f} GB available; limit {limit:.1f} GB"
    if limit * GB > machine.available:
        yield Diagnosis("Memory", "warn", found, "Lower --memory-limit: the rest spills to disk.")
    else:
        yield Diagnosis("Memory", "ok", found)


def libraries(_: Settings) -> Iterator[Diagnosis]:
    """Whether the installed libraries are those of the lock."""
    if not LOCK.exists():
        yield Diagnosis("Libraries", "warn", "no requirements.lock beside the package", "Work from a clone.")
        return
    lines = (line for line in LOCK.read_text().splitlines() if line and not line.startswith(("#", " ")))
    pinned = [pin for pin in map(Requirement, lines) if pin.marker is None or pin.marker.evaluate()]
    installed = {str(canonicalize_name(found.name)): found.version for found in metadata.distributions()}
    wrong = [
        f"{pin.name} is {installed.get(pin.name, 'missing')}, pinned {pin.specifier}"
        for pin in pinned
        if not pin.specifier.contains(installed.get(pin.name, "0"))
    ]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        mend = f"Run `{sys.executable} -m pip install -r {LOCK}`."
        yield Diagnosis("Libraries", "warn", ", ".join(wrong[:3]) + more, mend)
    else:
        yield Diagnosis("Libraries", "ok", f"{len(pinned)} as locked")


def tables(settings: Settings) -> Iterator[Diagnosis]:
    """Whether every table of the lake opens and has all its files."""
    lake = Lake(settings.lake)
    names = lake.tables()
    if not names:
        yield Diagnosis("Lake", "warn", f"{settings.lake} is empty", "Run `analytics-platform demo`.")
        return
    broken = [diagnosis for name in names for diagnosis in _table(lake, name)]
    yield from broken or [Diagnosis("Lake", "ok", f"{len(names)} tables open, all files present")]


def dagster_home(settings: Settings) -> Iterator[Diagnosis]:
    """Whether Dagster keeps its history where this lake's is."""
    named = os.environ.get("DAGSTER_HOME")
    home = (settings.dagster_home or settings.beside_lake("dagster")).absolute()
    if named and Path(named) != home:
        mend = "Unset DAGSTER_HOME, or set ANALYTICS_DAGSTER_HOME to the same folder."
        yield Diagnosis("Dagster home", "warn", f"DAGSTER_HOME is {named}, the lake's is {home}", mend)
    else:
        yield Diagnosis("Dagster home", "ok", f"{home}{'' if home.exists() else ' (not yet made)'}")


EXAMINATIONS: tuple[Callable[[Settings], Iterator[Diagnosis]], ...] = (
    python_version,
    disk_space,
    memory,
    libraries,
    dagster_home,
    tables,
)


def _table(lake: Lake, name: str) -> Iterator[Diagnosis]:
    mend = f"Build it again with `analytics-platform run --select {name.replace('.', '/')}`."
    try:
        pinned = lake.snapshot([name]).tables[name]
    except AnalyticsError as error:
        yield Diagnosis(name, "fail", str(error), f"Remove {lake.path(name)}. {mend}")
        return
    missing = [file for file in pinned.files if not Path(file).is_file()]
    if missing:
        found = f"{len(missing)} of {len(pinned.files)} files are gone, such as {missing[0]}"
        yield Diagnosis(name, "fail", found, mend)
