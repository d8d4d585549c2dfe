"""The page itself: what it says, its filters, and what it says where there is nothing to show."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.churn.tables import MODEL_CARDS, rows_of
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.dashboards.test_app import opened


def page() -> AppTest:
    return opened().switch_page("app_pages/users_at_risk.py").run()


def test_findings_lists_charts_and_footers(churn_lake: Path, in_force: Open):
    in_force(churn_lake)
    shown = page()
    assert not shown.exception
    headlines = [each.value for each in shown.subheader]
    assert headlines[0].startswith("300 of 1,200 users are at high risk")
    assert headlines[1].startswith("The model ranks leavers better")
    assert len(shown.get("plotly_chart")) == 3
    assert any("random rows" in each.value for each in shown.warning)
    footers = [each.value for each in shown.caption if "asset [" in each.value]
    for table in ("churn/scores", "churn/model_cards", "churn/feature_importance", "churn/drivers"):
        assert any(f"asset [{table}]" in footer for footer in footers)


def test_filters_change_the_headline_the_list_and_the_url(churn_lake: Path, in_force: Open):
    in_force(churn_lake)
    shown = page()
    shown.selectbox(key="role").set_value("teacher").run()
    shown.selectbox(key="band").set_value("high").run()
    assert not shown.exception
    assert shown.subheader[0].value.startswith("60 of 120 users are at high risk among teachers")
    assert any(each.value.startswith("60 users") for each in shown.caption)
    users = next(each.value for each in shown.dataframe if "user_id" in each.value)
    assert len(users) == 60


def test_without_scores_the_reason_is_told(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake, users=12, days=40, quiet=True)
    in_force(lake.root)
    assert "Nobody is scored yet" in page().info[0].value
    reason = {"metric": "reason", "split": "in_force", "dimension": "overall", "sentence": "Too few users."}
    lake.replace("churn.model_cards", [rows_of([reason], MODEL_CARDS)], MODEL_CARDS)
    in_force(lake.root)
    shown = page()
    assert not shown.exception
    assert shown.info[0].value == "No model yet: too few users."


@pytest.mark.parametrize("table", ["churn.feature_importance", "churn.drivers", "validation.churn_ceiling"])
def test_a_missing_table_leaves_the_rest(churn_lake: Path, in_force: Open, tmp_path: Path, table: str):
    root = Path(shutil.copytree(churn_lake, tmp_path / "some"))
    shutil.rmtree(root / table.replace(".", "/"))
    in_force(root)
    shown = page()
    assert not shown.exception
    assert len(shown.dataframe[0].value) == 2
