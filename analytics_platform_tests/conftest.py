"""Fixtures that several packages share."""

import shutil
from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import build, days
from analytics_platform_tests.program import Demo, run_program
from analytics_platform_tests.small_log import SmallLog


@pytest.fixture
def small_lake(tmp_path: Path) -> Lake:
    """A lake of its own for each test, with the raw tables of `SmallLog` (45 days from 2025-09-01)."""
    lake = Lake(tmp_path / "lake")
    SmallLog().write(lake)
    return lake


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(tmp_path_factory.mktemp("built") / "lake")
    SmallLog().write(lake)
    build(lake, days(0, 44))
    return lake.root


@pytest.fixture
def built_lake(tmp_path: Path, _built_once: Path) -> Lake:
    """`small_lake` with every model built; a copy for each test."""
    return Lake(shutil.copytree(_built_once, tmp_path / "built"))


@pytest.fixture(scope="session")
def _clean_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(tmp_path_factory.mktemp("clean") / "lake")
    SmallLog.clean().write(lake)
    build(lake, days(0, 44))
    return lake.root


@pytest.fixture
def clean_lake(tmp_path: Path, _clean_once: Path) -> Lake:
    """Like `built_lake`, from a log on which every check passes."""
    return Lake(shutil.copytree(_clean_once, tmp_path / "clean"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A small world simulated and built by the command `demo`; read it, or only build it again."""
    lake = tmp_path_factory.mktemp("demo") / "lake"
    return Demo(lake, run_program("demo", "--format", "json", lake=lake))
