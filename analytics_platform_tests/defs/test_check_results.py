"""`quality.check_results`: one line a check, the newest."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.check_results import SCHEMA, TABLE, failing_days, record
from analytics_platform.lakehouse import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def result(name: str = "contract", table: str = "raw.events", days: tuple[str, ...] = ()) -> CheckResult:
    return CheckResult(table, name, not days, True, "It holds.", days, "run-1")


def test_a_result_is_kept_in_full(lake: Lake) -> None:
    record(lake, [result(days=("2025-09-01", "2025-09-03"))])
    (row,) = lake.scan(TABLE).drop("checked_at").collect().to_dicts()
    assert row == {
        "table_name": "raw.events",
        "check_name": "contract",
        "severity": "error",
        "passed": False,
        "failing_days": "2025-09-01, 2025-09-03",
        "description": "It holds.",
        "run_id": "run-1",
    }
    assert lake.snapshot([TABLE]).tables[TABLE].schema.names == SCHEMA.names


def test_the_newest_result_replaces_the_one_before_and_no_other(lake: Lake) -> None:
    record(lake, [result(days=("2025-09-01",)), result("unique_key"), result(table="raw.users")])
    record(lake, [result()])
    rows = lake.scan(TABLE).collect()
    assert rows.select("table_name", "check_name", "passed").rows() == [
        ("raw.events", "contract", True),
        ("raw.events", "unique_key", True),
        ("raw.users", "contract", True),
    ]


def test_no_results_write_nothing(lake: Lake) -> None:
    record(lake, [])
    assert not lake.exists(TABLE)


def test_failing_days_are_remembered_by_check(lake: Lake) -> None:
    assert failing_days(lake, "raw.events") == {}
    record(lake, [result(days=("2025-09-01", "2025-09-03")), result("unique_key")])
    assert failing_days(lake, "raw.events") == {"contract": {"2025-09-01", "2025-09-03"}}
    assert failing_days(lake, "raw.users") == {}


def _record_some(root: Path, name: str) -> None:
    for table in ("raw.users", "raw.events", "raw.exposures"):
        record(Lake(root), [result(name, table)])


def test_runs_at_once_lose_no_result(lake: Lake) -> None:
    names = [f"check_{number}" for number in range(4)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_record_some, [lake.root] * len(names), names))
    assert lake.scan(TABLE).collect().height == 3 * len(names)
