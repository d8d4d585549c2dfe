"""The import contracts of setup.cfg, proved on a copy with planted violations."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("analytics_platform", "dashboards")
OPEN_TO_PAGES = {"errors", "settings", "metrics", "lakehouse"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        only_python = shutil.ignore_patterns("__pycache__", "*.sql", "*.yaml")
        shutil.copytree(ROOT / package, folder / package, ignore=only_python)
    shutil.copy(ROOT / "setup.cfg", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as main; main()"
    arguments = ("--config", "setup.cfg", "--no-cache")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_code_keeps_every_contract(copy: Path):
    found = lint(copy)

    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


DOWN = "Imports point down the list"
PAGES = "A page reads tables and metric names"


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("lakehouse/planted.py", "analytics_platform.activity", DOWN),
        ("metrics/planted.py", "analytics_platform.workspace", DOWN),
        ("ingest/planted.py", "analytics_platform.simulation", DOWN),
        ("activity/planted.py", "dagster", "Only defs and definitions know"),
        ("cli/planted.py", "analytics_platform.simulation.truth", "see the simulator"),
        ("../dashboards/planted.py", "analytics_platform.behaviour", PAGES),
        ("../dashboards/planted.py", "analytics_platform.workspace", PAGES),
        ("defs/planted.py", "dashboards.app", "does not know its dashboards"),
    ],
)
def test_a_planted_violation_is_caught(copy: Path, module: str, imported: str, contract: str):
    planted = copy / PACKAGES[0] / module
    planted.write_text(f'"""Planted."""\n\nimport {imported}\n')
    try:
        found = lint(copy)
    finally:
        planted.unlink()

    assert found.returncode != 0
    broken = [text for text in found.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(contract in text for text in broken), found.stdout


def test_a_package_without_a_layer_is_caught(copy: Path):
    planted = copy / "analytics_platform" / "planted.py"
    planted.write_text('"""Planted."""\n')
    try:
        found = lint(copy)
    finally:
        planted.unlink()

    assert found.returncode != 0
    assert "planted" in found.stdout


def test_pages_are_closed_to_every_package_but_four():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / "setup.cfg")
    forbidden = contracts["importlinter:contract:pages"]["forbidden_modules"].split()
    closed = {name.removeprefix("analytics_platform.") for name in forbidden}
    modules = {
        path.stem
        for path in (ROOT / "analytics_platform").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert {name.removeprefix("analytics_platform.") for name in closed} == modules - OPEN_TO_PAGES - {
        "__init__"
    }
