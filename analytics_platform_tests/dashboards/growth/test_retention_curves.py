"""The view of projected retention: its words, its figure, and the page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.dashboards.retention_lake import write_retention
from dashboards.growth import retention_curves as view
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("projected") / "lake")
    write_retention(lake)
    return lake


@pytest.fixture(scope="module")
def rows(full: Lake) -> list[Row]:
    return full.scan(view.TABLE).collect().to_dicts()


def best(rows: list[Row], dimension: str, segment: str) -> list[Row]:
    return [
        row
        for row in rows
        if (row["dimension"], row["segment"]) == (dimension, segment) and row["is_recommended"]
    ]


def test_everyone_comes_first(rows: list[Row]):
    names = list(view.segments(rows))
    assert names[:3] == ["Everyone", "Role: Student", "Role: Teacher"]
    assert "Channel: Paid search" in names


def test_the_curve_is_observed_to_the_anchor_and_projected_from_it(rows: list[Row]):
    everyone = best(rows, "overall", "all")
    curve, anchor = view.curve(everyone, "Everyone"), everyone[0]["anchor_week"]
    assert (curve.points[0].at, curve.points[-1].at) == (1, anchor)
    assert (curve.projected[0].at, curve.projected[-1].at) == (anchor, 52)
    assert curve.projected[0].share == curve.points[-1].share
    assert "are expected to be left after 26 weeks (" in view.headline(everyone, "Everyone")
    assert "700 users" in view.subtitle(everyone)


def test_the_back_test_stands_beside_the_simplest_forms(rows: list[Row]):
    own = [row for row in rows if row["dimension"] == "overall"]
    assert "a geometric curve by " in view.backtest(own)
    assert [line["Form of curve"] for line in view.models(own)] == list(view.MODELS.values())


def test_a_form_that_was_far_off_is_warned_of(rows: list[Row]):
    own = [row for row in rows if row["dimension"] == "overall"]
    assert "too far off" not in view.backtest(own)
    assert "too far off" in view.backtest([{**row, "backtest_mae_points": 16.6} for row in own])


def test_too_few_weeks_have_no_back_test_and_too_few_users_no_projection(rows: list[Row]):
    own = [{**row, "backtest_mae_points": None} for row in rows if row["dimension"] == "overall"]
    assert view.backtest(own).startswith("Too few weeks")
    assert view.models(own) == []
    few = [{**row, "reason": "As few as that."} for row in best(rows, "overall", "all")]
    assert view.headline(few, "Everyone") == "Everyone: too few users watched for a projection"
    assert view.subtitle(few) == "As few as that."


def opened(lake: Lake, in_force: Open, **query: str) -> AppTest:
    in_force(lake.root)
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page("app_pages/growth.py")
    for name, value in {"view": "Retention curves", **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def test_users_are_chosen_by_the_link(full: Lake, in_force: Open):
    page = opened(full, in_force, users="Role: Student")
    assert page.subheader[0].value.startswith("Role: Student")
    assert page.get("plotly_chart")[0].proto.alt == page.subheader[0].value


def test_before_there_are_curves_the_page_says_what_to_run(tmp_path: Path, in_force: Open):
    write_lake(Lake(tmp_path / "lake"))
    assert "forecasts/retention_curves" in opened(Lake(tmp_path / "lake"), in_force).info[0].value
