"""`forecast`: a file of one's own, printed for people and for programs."""

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.forecasts.made_series import made

FIRST = date(2025, 1, 6)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """120 days whose last known is Monday 2025-05-05."""
    days = [FIRST + timedelta(days=at) for at in range(120)]
    pl.DataFrame({"date": days, "value": made(120)}).write_csv(tmp_path / "days.csv")
    return tmp_path / "days.csv"


@pytest.mark.usefixtures("file")
def test_people_see_the_back_test_and_the_forecast(analytics: Command):
    printed = analytics("forecast", "days.csv", "--horizon", "14")

    assert printed.code == 0
    for said in (
        "OWA below 1",
        "calendar_ets",
        "prophet",
        "seasonal_naive",
        "coverage_95",
        "low_80",
        "2025-05-06",
    ):
        assert said in printed.out
    assert "series" not in printed.out.split()


@pytest.mark.usefixtures("file")
def test_json_has_the_back_test_the_forecast_and_nothing_else(analytics: Command):
    printed = analytics("forecast", "days.csv", "--horizon", "7", "--holidays", "us", "--format", "json")

    found = json.loads(printed.out)
    assert {row["model"] for row in found["backtest"]} == {
        "calendar_ets", "ets", "prophet", "seasonal_naive", "ensemble",
    }  # fmt: skip
    assert [row["event_date"] for row in found["forecast"]] == [f"2025-05-{day:02d}" for day in range(6, 13)]
    assert all(row["low_95"] < row["forecast"] < row["high_95"] for row in found["forecast"])


@pytest.mark.usefixtures("file")
def test_csv_is_the_forecast(analytics: Command):
    lines = analytics("forecast", "days.csv", "--horizon", "3", "--format", "csv").out.splitlines()

    assert lines[0].startswith("series,event_date,model,forecast,low_50")
    assert len(lines) == 4


@pytest.mark.usefixtures("file")
def test_a_calendar_of_ones_own_counts(analytics: Command, tmp_path: Path):
    (tmp_path / "own.yaml").write_text("events:\n  - {name: X, kind: brake, periods: ['01-01']}\n")

    printed = analytics("forecast", "days.csv", "--calendar", "own.yaml")

    assert printed.code == 1
    assert "own.yaml: events[0].kind" in printed.err


def test_a_mistake_is_one_sentence(analytics: Command, file: Path):
    printed = analytics("forecast", str(file), "--value-column", "valeu")

    assert printed.code == 1
    assert "did you mean 'value'?" in printed.err
    assert printed.out == ""


@pytest.mark.usefixtures("file")
def test_a_country_without_known_holidays_is_refused(analytics: Command):
    assert "such as US, GB or DE" in analytics("forecast", "days.csv", "--holidays", "XX").err


def test_a_short_series_is_refused(analytics: Command, tmp_path: Path):
    pl.DataFrame({"date": [FIRST], "value": [1]}).write_csv(tmp_path / "short.csv")

    printed = analytics("forecast", "short.csv")

    assert printed.code == 1
    assert "short.csv: the series has 1 days with a value; a forecast takes 28." in printed.err
