from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open

APP = Path(__file__).parents[2] / "dashboards" / "app.py"


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def test_an_empty_lake_is_one_friendly_sentence_with_the_command_to_run(tmp_path: Path, in_force: Open):
    in_force(tmp_path / "nothing")
    page = opened()
    assert not page.exception
    (told,) = page.info
    assert told.value.startswith(f"The lake `{tmp_path / 'nothing'}` holds no KPIs yet: run `make demo`")
    assert not page.metric


def test_a_wrong_setting_is_told_in_one_sentence(
    busy_lake: Lake, in_force: Open, monkeypatch: pytest.MonkeyPatch
):
    in_force(busy_lake.root)
    monkeypatch.setenv("ANALYTICS_TIMEZONE", "Mars/Olympus")
    page = opened()
    assert not page.exception
    assert "ANALYTICS_TIMEZONE" in page.info[0].value


def test_a_broken_table_is_told_in_one_sentence(tmp_path: Path, in_force: Open):
    log = tmp_path / "lake" / "behaviour" / "kpi_daily" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("not json")
    in_force(tmp_path / "lake")
    page = opened()
    assert not page.exception
    assert "behaviour.kpi_daily" in page.info[0].value
