from pathlib import Path

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import kpi_rows, write_checks, write_daily
from dashboards.reader import KPIS, open_reading
from dashboards.status import table_overview


def test_every_table_is_listed_with_rows_version_and_checks(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_daily(lake, KPIS, kpi_rows(3))
    write_checks(lake, [(KPIS, "unique_key", "error", False, "")])
    in_force(lake.root)
    rows = table_overview(open_reading()).drop("written").rows()
    assert rows == [
        ("http://127.0.0.1:3000/assets/behaviour/kpi_daily", 3 * 15, 1, "0 of 1 checks pass"),
        ("http://127.0.0.1:3000/assets/quality/check_results", 1, 1, "no checks recorded yet"),
    ]
