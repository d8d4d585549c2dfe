from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import kpi_rows, write_checks, write_daily
from dashboards.footers import asset_url, provenance
from dashboards.reader import KPIS, open_reading


def test_an_asset_is_linked_by_its_key():
    assert asset_url("http://127.0.0.1:3000/", KPIS) == "http://127.0.0.1:3000/assets/behaviour/kpi_daily"


def test_provenance_names_definition_asset_checks_and_version(
    tmp_path: Path, in_force: Open, monkeypatch: pytest.MonkeyPatch
):
    lake = Lake(tmp_path / "lake")
    write_daily(lake, KPIS, kpi_rows(3))
    write_daily(lake, KPIS, kpi_rows(3))
    write_checks(
        lake, [(KPIS, "unique_key", "error", True, ""), ("raw.users", "unique_key", "error", False, "")]
    )
    in_force(lake.root)
    monkeypatch.setenv("ANALYTICS_DAGSTER_URL", "http://dagster:3000")
    assert provenance(open_reading(), KPIS, "Users of the day.") == (
        "Users of the day. · asset [behaviour/kpi_daily](http://dagster:3000/assets/behaviour/kpi_daily) · "
        "1 check passes · data `behaviour.kpi_daily@2`"
    )


def banners(script: str) -> AppTest:
    imports = (
        "from datetime import date\n"
        "from dashboards.footers import banner\n"
        "from dashboards.health import Problem\n"
    )
    return AppTest.from_string(imports + script, default_timeout=20).run()


def test_a_banner_stands_only_over_the_days_concerned():
    page = banners(
        "problems = [Problem('t', 'Half the day is missing.', '`whole_days`', False, (date(2026, 1, 5),))]\n"
        "banner(problems, date(2026, 1, 1), date(2026, 1, 5))\n"
        "banner(problems, date(2026, 1, 6), date(2026, 1, 9))\n"
    )
    assert [warning.value for warning in page.warning] == ["Warnings about the days shown: `whole_days`."]
    assert not page.error


def test_errors_are_told_in_full_and_warnings_in_one_line():
    page = banners(
        "problems = [Problem('t', f'Problem {n}.', f'`check_{n}`', n < 2) for n in range(4)]\n"
        "banner(problems, date(2026, 1, 1), date(2026, 1, 5))\n"
    )
    assert [error.value.split("  \n") for error in page.error] == [["Problem 0.", "Problem 1."]]
    assert [warning.value for warning in page.warning] == [
        "Warnings about the days shown: `check_2` and `check_3`."
    ]
