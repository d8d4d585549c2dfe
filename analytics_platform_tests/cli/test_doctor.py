"""`doctor`: each fault planted, found, and given its mend."""

import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from analytics_platform.cli import doctor as module
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.lakehouse.small_tables import write


class Found(NamedTuple):
    """A line of the doctor's."""

    status: str
    found: str
    mend: str


class Diagnoses:
    """Runs the doctor and looks up what it said."""

    def __init__(self, analytics: Command) -> None:
        self._analytics = analytics
        self.code = 0

    def __call__(self, *words: str) -> dict[str, Found]:
        printed = self._analytics("doctor", "--format", "json", *words)
        self.code = printed.code
        return {row.pop("subject"): Found(**row) for row in json.loads(printed.out)}


@pytest.fixture
def diagnose(analytics: Command, monkeypatch: pytest.MonkeyPatch) -> Diagnoses:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return Diagnoses(analytics)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "data" / "lake")
    write(lake, 1, 10)
    return lake


@pytest.mark.usefixtures("lake")
def test_a_sound_lake_has_nothing_to_mend(diagnose: Diagnoses):
    found = diagnose()

    assert diagnose.code == 0
    assert found["Lake"] == Found("ok", "1 tables open, all files present", "")
    assert (found["Python"].status, found["Disk"].status, found["Dagster home"].status) == ("ok", "ok", "ok")


def test_an_empty_lake_is_a_warning(diagnose: Diagnoses):
    found = diagnose()

    assert diagnose.code == 0
    assert found["Lake"] == Found("warn", "data/lake is empty", "Run `analytics-platform demo`.")


def test_a_file_that_is_gone_fails_with_the_command_that_builds_it_again(diagnose: Diagnoses, lake: Lake):
    Path(lake.snapshot(["test.scores"]).tables["test.scores"].files[0]).unlink()

    found = diagnose()

    assert diagnose.code == 1
    assert found["test.scores"].status == "fail"
    assert "1 of 1 files are gone" in found["test.scores"].found
    assert found["test.scores"].mend == "Build it again with `analytics-platform run --select test/scores`."


def test_an_unreadable_log_fails_with_what_to_remove(diagnose: Diagnoses, lake: Lake):
    for entry in (lake.path("test.scores") / "_delta_log").glob("*.json"):
        entry.write_text("not a log")

    found = diagnose()

    assert diagnose.code == 1
    assert str(lake.path("test.scores").relative_to(Path.cwd())) in found["test.scores"].mend


def test_an_old_python_fails(diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LEAST_PYTHON", (4, 0))

    assert diagnose()["Python"].status == "fail"
    assert diagnose.code == 1


def test_a_full_disk_fails(diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch):
    full = shutil.disk_usage(".")._replace(free=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    found = diagnose()["Disk"]

    assert (found.status, diagnose.code) == ("fail", 1)
    assert found.mend == "Free 2 GB, or move the lake with --lake."


def test_a_folder_that_cannot_be_written_fails(diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert diagnose()["Disk"].mend == "Choose a writable folder with --lake."


def test_a_memory_limit_beyond_the_machine_is_a_warning(diagnose: Diagnoses):
    limit = f"{psutil.virtual_memory().total // 10**9 * 2}GB"

    found = diagnose("--memory-limit", limit)["Memory"]

    assert (found.status, diagnose.code) == ("warn", 0)
    assert "--memory-limit" in found.mend


@pytest.mark.parametrize(
    ("pin", "sentence"),
    [("polars==1.0.0", "polars is "), ("no-such-library==1.0", "no-such-library is missing")],
)
def test_a_library_other_than_the_lock_is_a_warning(
    diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pin: str, sentence: str
):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"# made by a tool\n{pin}\nother==1 ; python_version < '3'\n")
    monkeypatch.setattr(module, "LOCK", lock)

    found = diagnose()["Libraries"]

    assert (found.status, diagnose.code) == ("warn", 0)
    assert found.found.startswith(sentence)
    assert str(lock) in found.mend


def test_a_missing_lock_is_a_warning(diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(module, "LOCK", tmp_path / "nowhere.lock")

    assert diagnose()["Libraries"].status == "warn"


def test_another_dagster_home_is_a_warning(diagnose: Diagnoses, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", "/elsewhere")

    found = diagnose()["Dagster home"]

    assert found.status == "warn"
    assert "/elsewhere" in found.found
