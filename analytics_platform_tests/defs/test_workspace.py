from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace
from analytics_platform_tests.derived_rows import day, days, user_day, write_user_days

TABLE = "activity.user_days"


@pytest.fixture
def lake(settings_in_force: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("ANALYTICS_DAYS", "60")
    return Lake(settings_in_force / "lake")


def test_days_not_built_yet_are_not_among_those_built(lake: Lake):
    write_user_days(lake, [user_day(1, 3), user_day(1, 40)])
    assert open_workspace().built_days(TABLE) == days(0, 40)


def test_what_lies_outside_the_reporting_days_does_not_count(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    write_user_days(lake, [user_day(1, 20), user_day(1, 80)])
    assert open_workspace().built_days(TABLE) == days(0, 20)
    monkeypatch.setenv("ANALYTICS_DAYS", "10")
    assert open_workspace().built_days(TABLE).last_day == day(9)


@pytest.mark.usefixtures("lake")
def test_of_an_empty_table_all_days_are_asked():
    assert open_workspace().built_days(TABLE) == days(0, 59)
