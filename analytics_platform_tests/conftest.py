"""Fixtures that several packages share."""

from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.small_log import SmallLog


@pytest.fixture
def small_lake(tmp_path: Path) -> Lake:
    """A lake of its own for each test, with the raw tables of `SmallLog` (45 days from 2025-09-01)."""
    lake = Lake(tmp_path / "lake")
    SmallLog().write(lake)
    return lake
