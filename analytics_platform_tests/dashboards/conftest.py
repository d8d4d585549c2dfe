"""Lakes that hold what the dashboards read, and a way to open a page on one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.kpi_lake import write_lake

Open = Callable[[Path], None]


@pytest.fixture(scope="session")
def busy_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """120 days of a product with 3,000 daily users; read only."""
    lake = Lake(tmp_path_factory.mktemp("busy") / "lake")
    write_lake(lake)
    return lake


@pytest.fixture(scope="session")
def quiet_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """100 days of a small log without ratings and billing; read only."""
    lake = Lake(tmp_path_factory.mktemp("quiet") / "lake")
    write_lake(lake, users=12, days=100, quiet=True)
    return lake


@pytest.fixture
def in_force(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Makes a folder the lake in force, away from any settings file."""

    def use(root: Path) -> None:
        st.cache_resource.clear()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ANALYTICS_LAKE", str(root))

    return use
