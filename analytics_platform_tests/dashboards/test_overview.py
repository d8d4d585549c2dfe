import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform import activity, behaviour
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.metrics import METRICS
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import (
    DAYS,
    FIRST_DAY,
    kpi_rows,
    write_checks,
    write_daily,
    write_exposures,
    write_lake,
)
from dashboards.reader import ADOPTION, KPIS

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def values(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def trend_spec(page: AppTest) -> dict:
    return json.loads(page.get("plotly_chart")[0].proto.spec)


@pytest.fixture
def busy(busy_lake: Lake, in_force: Open) -> Lake:
    in_force(busy_lake.root)
    return busy_lake


@pytest.mark.usefixtures("busy")
def test_the_first_screen_shows_eight_key_metrics_from_the_table():
    shown = values(opened())
    dau = kpi_rows().filter(pl.col("dimension") == "overall", pl.col("event_date") == LAST_DAY)["dau"].item()
    assert list(shown)[:8] == [
        "Daily active users",
        "Monthly active users",
        "Stickiness",
        "New users",
        "D7 retention",
        METRICS["engagement_seconds_per_user"].label,
        "Satisfied share",
        "Trial conversion",
    ]
    assert shown["Daily active users"] == f"{dau:,}"
    assert len(shown) == len(METRICS) - 2


@pytest.mark.usefixtures("busy")
def test_every_chart_has_words_for_those_who_cannot_see_it():
    charts = opened().get("plotly_chart")
    assert len(charts) == 3
    assert all(chart.proto.alt for chart in charts)


@pytest.mark.usefixtures("busy")
def test_every_chart_has_a_footer_with_definition_asset_and_version():
    captions = [caption.value for caption in opened().caption if " · data `" in caption.value]
    assert len(captions) == 5
    assert sum(f"data `{KPIS}@1`" in caption for caption in captions) == 3
    assert sum(f"data `{ADOPTION}@1`" in caption for caption in captions) == 2
    assert all("/assets/behaviour/" in caption for caption in captions)
    assert METRICS["dau"].description in captions[1]


@pytest.mark.usefixtures("busy")
def test_the_trend_downloads_what_it_draws():
    page = opened(metric="Stickiness", period="4 weeks")
    names = [button.proto.id for button in page.get("download_button")]
    assert any("csv_trend_stickiness" in name for name in names)


@pytest.mark.usefixtures("busy")
def test_a_link_restores_every_filter():
    page = opened(users="Role: teacher", metric="Stickiness", period="4 weeks", as_of="2025-12-01")
    assert page.selectbox(key="users").value == "Role: teacher"
    assert page.selectbox(key="metric").value == "Stickiness"
    assert page.date_input(key="as_of").value == date(2025, 12, 1)
    teachers = kpi_rows().filter(pl.col("segment") == "teacher", pl.col("event_date") == date(2025, 12, 1))
    assert values(page)["Daily active users"] == f"{teachers['dau'].item():,}"
    assert len(trend_spec(page)["data"][-1]["x"]) == 28


@pytest.mark.usefixtures("busy")
def test_a_link_that_names_nothing_we_have_falls_back_to_everything():
    page = opened(users="Role: wizard", metric="Happiness", split="Planet", as_of="1999-01-01")
    assert page.selectbox(key="users").value == "All users"
    assert page.date_input(key="as_of").value == LAST_DAY


@pytest.mark.usefixtures("busy")
def test_a_split_draws_one_line_a_segment_and_five_at_most():
    roles = trend_spec(opened(split="Role"))
    assert [trace["name"] for trace in roles["data"]] == ["student", "teacher"]
    countries = opened(split="Country")
    assert len(trend_spec(countries)["data"]) == 5
    countries.multiselect(key="country").set_value(["IN", "GB"]).run()
    assert [trace["name"] for trace in trend_spec(countries)["data"]] == ["IN", "GB"]


@pytest.mark.usefixtures("busy")
def test_only_all_users_can_be_split():
    page = opened(users="Plan: paid", split="Role")
    assert [trace["name"] for trace in trend_spec(page)["data"]] == ["daily", "paid"]
    assert page.get("segmented_control")[1].proto.disabled


@pytest.mark.usefixtures("busy")
def test_the_strip_names_source_lake_and_day(busy: Lake):
    strip = opened().markdown[0].value
    assert "Simulated world" in strip
    assert "No checks recorded yet" in strip
    assert "Mon 29 Dec 2025" in strip
    assert str(busy.root) in strip


def test_a_failed_check_stands_over_the_charts_of_its_days_alone(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake)
    write_checks(
        lake, [(KPIS, "volume", "warn", False, str(FIRST_DAY)), (ADOPTION, "schema", "error", False, "")]
    )
    in_force(lake.root)
    page = opened(period="All")
    assert [warning.value for warning in page.warning] == [
        "Warnings about the days shown: `volume` fails (Mon 1 Sep 2025)."
    ]
    assert [error.value.split(" fails")[0] for error in page.error] == [f"Check `schema` of `{ADOPTION}`"]
    assert "0 of 2 checks pass" in page.markdown[0].value
    assert not opened(period="4 weeks").warning


def test_experiment_starts_are_marked_on_the_trend(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake)
    write_exposures(lake, [("hints", LAST_DAY - timedelta(days=5))])
    in_force(lake.root)
    assert trend_spec(opened())["data"][-1]["text"] == ["starts: hints"]


def test_a_log_without_ratings_or_billing_shows_no_data_and_no_nan(quiet_lake: Lake, in_force: Open):
    in_force(quiet_lake.root)
    page = opened()
    shown = values(page)
    assert (shown["Satisfied share"], shown["Trial conversion"], shown["D7 retention"]) == (
        "No data",
        "No data",
        "Too few",
    )
    assert "Renewals" not in shown
    never = next(caption.value for caption in page.caption if caption.value.startswith("Never recorded"))
    assert "renewals" in never
    assert not any("nan" in value.lower() for value in shown.values())


def test_a_lake_of_one_day_is_no_error(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake, days=1)
    in_force(lake.root)
    page = opened()
    assert values(page)["D7 retention"] == "No data"
    assert page.subheader[0].value == "Too few days of data to tell a change from noise"


def test_a_gap_of_months_is_no_error(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    rows = pl.concat([kpi_rows(40), kpi_rows(40, first_day=FIRST_DAY + timedelta(days=300))])
    write_daily(lake, KPIS, rows)
    in_force(lake.root)
    page = opened(period="All")
    smoothed = trend_spec(page)["data"][-1]["y"]
    assert len(smoothed) == 340
    assert smoothed.count(None) == 260
    inside = opened(as_of=str(FIRST_DAY + timedelta(days=150)))
    assert values(inside)["Daily active users"] == "No data"


def test_the_page_shows_what_the_models_compute(small_lake: Lake, in_force: Open):
    window = Window(date(2025, 9, 1), date(2025, 10, 15))
    models = {**activity.MODELS, **behaviour.MODELS}
    engine = DuckDBEngine(small_lake, {name: model for name, model in models.items() if model.is_view})
    for model in models.values():
        if not model.is_view:
            engine.run(model, window if model.is_daily else None)
    in_force(small_lake.root)
    rows = engine.query(
        "SELECT dau, mau FROM behaviour.kpi_daily WHERE dimension = 'overall' ORDER BY event_date"
    )
    shown = values(opened())
    assert shown["Daily active users"] == str(rows["dau"][-1].as_py())
    assert shown["Monthly active users"] == str(rows["mau"][-1].as_py())
    assert opened().selectbox(key="users").options[:3] == ["All users", "Role: student", "Role: teacher"]
