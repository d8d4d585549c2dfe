"""A lake with scores, stars and experts whose truth is known, written once."""

import pytest

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.llm_quality.quality_lake import QualityLog, write_quality


@pytest.fixture(scope="session")
def quality_log() -> QualityLog:
    return QualityLog()


@pytest.fixture(scope="session")
def quality(quality_log: QualityLog, tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    """Read only: shared by all tests of the session."""
    return write_quality(Lake(tmp_path_factory.mktemp("quality") / "lake"), quality_log)
