import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import FIRST_DAY, kpi_rows, write_checks, write_daily
from dashboards.health import (
    check_problems,
    checks_in_words,
    last_full_day,
    problems_of,
    staleness,
    upstream,
)
from dashboards.reader import KPIS, Origin, open_reading

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROW = pl.DataFrame({"event_date": [FIRST_DAY], "user_id": [1]})


@pytest.fixture
def lake(tmp_path: Path, in_force: Open) -> Lake:
    """Three days of KPIs computed from user days, which came from events; in force."""
    found = Lake(tmp_path / "lake")
    write_daily(found, "raw.events", ROW)
    write_daily(found, "raw.interactions", ROW)
    write_daily(found, "activity.user_days", ROW, inputs="raw.events@1")
    write_daily(found, KPIS, kpi_rows(3), inputs="activity.user_days@1")
    in_force(found.root)
    return found


def test_lineage_is_read_from_the_commits():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    origins = {
        "c": Origin(at, {"b": 1, "a": 2}),
        "b": Origin(at, {"a": 1}),
        "a": Origin(at, {}),
        "x": Origin(at, {"c": 1}),
    }
    assert upstream(origins, "c") == {"a", "b", "c"}
    assert upstream(origins, "a") == {"a"}


def test_a_failed_check_anywhere_upstream_is_a_problem_of_the_chart(lake: Lake):
    write_checks(
        lake,
        [
            ("raw.events", "volume", "warn", False, "2025-09-02"),
            ("raw.interactions", "unique_key", "error", False, ""),
            (KPIS, "unique_key", "error", True, ""),
        ],
    )
    (problem,) = problems_of(open_reading(), KPIS, NOW)
    assert (problem.table, problem.is_error, problem.days) == ("raw.events", False, (date(2025, 9, 2),))
    assert problem.sentence == (
        "Check `volume` of `raw.events` fails on Tue 2 Sep 2025: “No two rows share a key” does not hold."
    )
    assert problem.gist == "`volume` fails (Tue 2 Sep 2025)"


def test_a_problem_touches_only_its_days(lake: Lake):
    write_checks(
        lake,
        [(KPIS, "volume", "warn", False, "2025-09-02, 2025-09-05"), (KPIS, "schema", "error", False, "")],
    )
    always, on_days = problems_of(open_reading(), KPIS, NOW)
    assert (always.is_error, on_days.is_error) == (True, False)
    assert always.touches(date(2020, 1, 1), date(2020, 1, 2))
    assert on_days.touches(date(2025, 9, 5), date(2025, 9, 30))
    assert not on_days.touches(date(2025, 9, 3), date(2025, 9, 4))


def test_kpis_older_than_what_they_were_computed_from_are_stale(lake: Lake):
    assert staleness(open_reading(), KPIS, NOW) is None
    time.sleep(0.01)
    write_daily(lake, "raw.events", ROW)
    stale = staleness(open_reading(), KPIS, NOW)
    assert stale is not None
    assert stale.sentence.startswith("`raw.events` changed at ")
    assert stale in problems_of(open_reading(), KPIS, NOW)


def test_what_the_kpis_do_not_come_from_cannot_make_them_stale(lake: Lake):
    time.sleep(0.01)
    write_daily(lake, "raw.interactions", ROW)
    assert staleness(open_reading(), KPIS, NOW) is None


@pytest.mark.usefixtures("lake")
def test_only_a_log_that_is_ingested_daily_lags_behind_the_calendar(monkeypatch: pytest.MonkeyPatch):
    assert staleness(open_reading(), KPIS, NOW) is None
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "logs/*.csv")
    stale = staleness(open_reading(), KPIS, NOW)
    assert stale is not None
    assert stale.sentence == ("The data ends on Wed 3 Sep 2025; a daily log should reach Thu 1 Jan 2026.")
    assert staleness(open_reading(), KPIS, datetime(2025, 9, 4, 3, tzinfo=UTC)) is None


def test_checks_are_counted_in_words():
    def outcomes(*passed: bool) -> pl.DataFrame:
        return pl.DataFrame({"table_name": ["a"] * len(passed), "passed": list(passed)})

    assert checks_in_words(outcomes().cast({"passed": pl.Boolean})) == "no checks recorded yet"
    assert checks_in_words(outcomes(True)) == "1 check passes"
    assert checks_in_words(outcomes(True, True)) == "all 2 checks pass"
    assert checks_in_words(outcomes(True, False)) == "1 of 2 checks pass"
    assert checks_in_words(outcomes(True, False), ["b"]) == "no checks recorded yet"


def test_no_failed_checks_are_no_problems():
    assert check_problems(pl.DataFrame({"passed": [True]})) == []


@pytest.mark.parametrize(
    ("days_ago", "zone", "partial"), [(0, "UTC", True), (1, "UTC", False), (400, "UTC", False)]
)
def test_a_day_that_was_not_over_when_its_events_were_written_is_partial(
    tmp_path: Path, in_force: Open, monkeypatch: pytest.MonkeyPatch, days_ago: int, zone: str, partial: bool
):
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_TIMEZONE", zone)
    last_day = datetime.now(UTC).date() - timedelta(days=days_ago)
    lake = Lake(tmp_path / "live")
    write_daily(lake, "raw.events", ROW)
    write_daily(lake, KPIS, kpi_rows(3, first_day=last_day - timedelta(days=2)))
    in_force(lake.root)
    assert last_full_day(open_reading()) == last_day - timedelta(days=partial)


def test_a_simulated_day_is_always_over(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "future")
    last_day = datetime.now(UTC).date() + timedelta(days=30)
    write_daily(lake, KPIS, kpi_rows(3, first_day=last_day - timedelta(days=2)))
    in_force(lake.root)
    assert last_full_day(open_reading()) == last_day
