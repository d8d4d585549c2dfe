"""Four public daily series with the settings a user gets: the accuracy and coverage that are promised."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from analytics_platform.forecasts.backtest import ORIGINS
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar
from analytics_platform.forecasts.file_outlook import ALL, accuracy_rows, file_outlooks
from analytics_platform.forecasts.file_series import read_series
from analytics_platform.forecasts.models import BENCHMARK, DEFAULT, PROPHET
from analytics_platform.forecasts.outlook import Row
from analytics_platform.forecasts.series import Series

SERIES = Path(__file__).parents[2].parent / "shared" / "data" / "daily_series.parquet"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not SERIES.exists(), reason=f"the real series are not at {SERIES}"),
]


@pytest.fixture(scope="module")
def series() -> dict[str, Series]:
    return read_series(SERIES, "ds", "y", "unique_id")[0]


def judged(series: dict[str, Series], methods: Sequence[str], most: int) -> dict[str, Row]:
    """What the back-tests say over all series, by method."""
    found = file_outlooks(series, load_calendar(SHIPPED), 28, methods, most)
    return {row["model"]: row for row in accuracy_rows(found) if row["series"] == ALL}


def test_the_default_reaches_the_bar_and_its_intervals_cover_what_they_promise(series: dict[str, Series]):
    found = judged(series, (DEFAULT, BENCHMARK), ORIGINS)[DEFAULT]
    assert found["owa"] <= 0.90
    assert 0.75 <= found["coverage_80"] <= 0.85
    assert 0.92 <= found["coverage_95"] <= 0.97
    assert found["origins_judged"] >= 80


def test_the_default_beats_prophet(series: dict[str, Series]):
    found = judged(series, (DEFAULT, BENCHMARK, PROPHET), 6)
    assert found[DEFAULT]["owa"] < found[PROPHET]["owa"]
