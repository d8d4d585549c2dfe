"""Fixtures of the lake's tests."""

from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")
