"""The Makefile: what it says without a Python, and that a second call installs nothing."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *words], cwd=project, env=inherited, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("", "No Python 3.11 or newer was found"),
        ("/bin/false", "apt-get install python3-venv"),
    ],
)
def test_without_a_fit_python_one_sentence_says_the_mend(project: Path, python: str, sentence: str):
    ran = make(project, "install", f"PYTHON={python}")

    assert ran.returncode != 0
    assert sentence in ran.stderr
    assert not (project / ".venv").exists()


def test_a_second_call_installs_nothing_until_the_lock_changes(project: Path):
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").touch()
    (project / ".venv" / ".installed").touch()
    again = make(project, "--dry-run", "install")

    later = time.time() + 60
    os.utime(project / "requirements.lock", (later, later))
    changed = make(project, "--dry-run", "install")

    assert "pip install" not in again.stdout
    assert "pip install" in changed.stdout


def test_ci_runs_the_tests_of_a_clean_clone():
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    assert "make test" in script.read_text()
