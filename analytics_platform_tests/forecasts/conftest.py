"""Lakes that several tests read."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from analytics_platform.forecasts.build import built, calendar_of
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar
from analytics_platform.forecasts.subscriptions import SUBSCRIPTIONS, SUBSCRIPTIONS_TABLE, subscription_rows
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.forecasts.grown_lake import LAST_DAY, grown


@pytest.fixture(scope="session")
def grown_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Without forecasts; to be read only."""
    return grown(tmp_path_factory.mktemp("grown"))


@pytest.fixture(scope="session")
def _forecast_once(grown_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(shutil.copytree(grown_lake.root, tmp_path_factory.mktemp("forecast") / "lake"))
    engine, calendar = DuckDBEngine(lake), load_calendar(SHIPPED)
    for table, rows in built(engine, calendar, LAST_DAY).items():
        lake.replace(table, [rows], rows.schema)
    weighed = calendar_of(engine, calendar, LAST_DAY)
    found = subscription_rows(engine, weighed, 9.99, LAST_DAY)
    rows = pa.Table.from_pylist(found, SUBSCRIPTIONS)
    lake.replace(SUBSCRIPTIONS_TABLE, [rows], rows.schema)
    return lake.root


@pytest.fixture(scope="session")
def forecast_lake(_forecast_once: Path) -> Lake:
    """With every table of forecasts; to be read only."""
    return Lake(_forecast_once)


@pytest.fixture
def own_forecast_lake(_forecast_once: Path, tmp_path: Path) -> Lake:
    """The same, a copy for each test."""
    return Lake(shutil.copytree(_forecast_once, tmp_path / "lake"))
