"""The Forecasts view: words, tables and figures, and the view on a lake."""

import json
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.growth.forecast_rows import (
    LAST_DAY,
    ahead,
    backtests,
    events,
    forecasts,
    past,
    write_forecasts,
)
from analytics_platform_tests.dashboards.kpi_lake import FIRST_DAY
from dashboards.fan import fan_chart
from dashboards.growth import outlook

APP = Path(__file__).parents[3] / "dashboards" / "app.py"
ALL = ("overall", "all")


@pytest.fixture
def champion() -> list[outlook.Row]:
    return outlook.used(outlook.of_series(forecasts(), "dau", ALL))


def test_only_the_newest_day_of_making_is_shown():
    rows = forecasts()
    earlier = [{**row, "made_on_date": FIRST_DAY} for row in rows]
    assert outlook.newest([*earlier, *rows]) == rows
    assert outlook.newest([]) == []


def test_metrics_and_segments_are_named_for_people():
    rows = forecasts("retention_7d") + forecasts()
    assert list(outlook.metrics(rows)) == ["Daily active users", "D7 retention"]
    assert outlook.segments(rows, "dau") == {
        "Everybody": ALL,
        "Students": ("role", "student"),
        "Teachers": ("role", "teacher"),
    }


def test_the_headline_compares_the_same_weekday(champion: list[outlook.Row]):
    assert outlook.headline(champion, past()) == (
        "3,000 daily active users expected on Mon 26 Jan 2026, +20.0% on 29 Dec"
    )
    assert outlook.headline(champion, {}) == "3,000 daily active users expected on Mon 26 Jan 2026"


def test_the_headline_of_a_share_is_a_sentence_too():
    rows = outlook.used(outlook.of_series(forecasts("retention_7d", 0.25), "retention_7d", ALL))
    assert outlook.headline(rows, past(0.2)) == (
        "D7 retention of 25.0% expected on Mon 26 Jan 2026, +5.0 pp on 29 Dec"
    )


def test_the_subtitle_says_metric_window_population_and_interval(champion: list[outlook.Row]):
    said = outlook.subtitle(champion, "Everybody")
    assert "Everybody, 28 days from Tue 30 Dec 2025, by calendar regression from 120 days" in said
    assert said.endswith("The last day lies between 2,400 and 3,600 with 80% probability.")
    blind = [{**row, "low_80": None, "low_95": None, "reason": "Too short."} for row in champion]
    assert outlook.subtitle(blind, "Everybody").endswith("Too short.")


def test_past_errors_are_told_in_words():
    own = outlook.of_series(backtests(), "dau", ALL)
    assert outlook.error_in_words(own) == (
        "13 such forecasts made in the past were off by 12.0% on average, repeating the last week by 20.0% "
        "(sMAPE). Their 80% intervals held 81.0% of the days, their 95% intervals 94.0%."
    )
    unknown = [{**row, "coverage_80": None} for row in own]
    assert outlook.error_in_words(unknown).endswith("(sMAPE).")
    none = [{**row, "owa": None, "reason": "Too short."} for row in own]
    assert outlook.error_in_words(none) == "Too short."
    assert outlook.champions(none).is_empty()


def test_models_are_ranked_and_the_one_used_is_marked():
    table = outlook.champions(outlook.of_series(backtests(), "dau", ALL))
    assert table["model"].to_list() == ["★ Calendar regression", "Exponential smoothing", "Seasonal naive"]
    assert table["OWA"].to_list() == [0.6, 0.9, 1.0]


def test_the_fan_ends_with_the_forecast_over_nested_bands(champion: list[outlook.Row]):
    fan = outlook.fan_of(champion, past(), is_last_partial=False)
    assert (fan.days[-1], len(fan.days), fan.ahead[0]) == (LAST_DAY, 84, ahead(1))
    figure = fan_chart(fan)
    names = [trace.name for trace in figure.data]
    assert names == ["95% interval", "80% interval", "50% interval", "came", "forecast"]
    heights = [max(trace.y) for trace in figure.data[:3]]
    assert heights == pytest.approx([4200, 3600, 3300])


def test_a_day_that_is_not_over_is_dashed(champion: list[outlook.Row]):
    figure = fan_chart(outlook.fan_of(champion, past(), is_last_partial=True))
    partial = next(trace for trace in figure.data if trace.name == "day not over")
    assert partial.line.dash == "dot"
    assert list(partial.x) == [ahead(-1), LAST_DAY]


def test_without_intervals_there_is_no_band(champion: list[outlook.Row]):
    blind = [{**row, "low_95": None} for row in champion]
    names = [trace.name for trace in fan_chart(outlook.fan_of(blind, past(), is_last_partial=False)).data]
    assert names == ["came", "forecast"]


def test_events_of_enough_users_are_shaded_within_the_days_shown(champion: list[outlook.Row]):
    fan = outlook.fan_of(champion, past(), is_last_partial=False)
    spans = outlook.spans_of(events(), fan.days[0], fan.ahead[-1])
    assert [span.text for span in spans] == [
        "Winter break (break US), 20 Dec to 1 Jan",
        "Mocks (exam GB), 8 Jan to 14 Jan",
    ]
    assert len(fan_chart(fan, spans).layout.shapes) == 2


def test_errors_are_drawn_by_week_ahead():
    figure = outlook.by_week(outlook.of_series(backtests(), "dau", ALL))
    own, naive = figure.data
    assert list(own.x) == ["week 1", "week 2", "week 3", "week 4"]
    assert list(own.y) == pytest.approx([0.042, 0.084, 0.126, 0.168])
    assert list(naive.y) == pytest.approx([0.07, 0.14, 0.21, 0.28])


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake(tmp_path_factory.mktemp("growth") / "lake")
    write_forecasts(found)
    return found


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    return page.switch_page("app_pages/growth.py").run()


def test_the_view_shows_the_headline_the_fan_and_the_models(lake: Lake, in_force: Open):
    in_force(lake.root)
    page = opened()
    assert not page.exception
    assert page.subheader[0].value.startswith("3,000 daily active users expected on Mon 26 Jan 2026")
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    assert [trace["name"] for trace in charts[0]["data"]][:3] == [
        "95% interval",
        "80% interval",
        "50% interval",
    ]
    assert len(charts) == 2
    assert page.dataframe[0].value.shape == (3, 7)


def test_another_metric_and_segment_can_be_chosen(lake: Lake, in_force: Open):
    in_force(lake.root)
    page = opened()
    page.selectbox(key="metric").select("D7 retention").run()
    assert page.subheader[0].value.startswith("D7 retention of 25.0% expected")
    assert not page.exception


def test_a_lake_without_forecasts_says_what_to_run(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    page = opened()
    assert not page.exception
    assert "run --select group:forecasts" in page.info[0].value


def test_what_is_downloaded_is_what_is_drawn(champion: list[outlook.Row]):
    table = outlook.as_frame(champion)
    assert table.height == 28
    assert table["event_date"].dtype == pl.Date
