import json
import shutil
from datetime import date
from pathlib import Path

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.growth import scenario_rows
from dashboards.growth import scenario_words as words

APP = str(Path(__file__).parents[3] / "dashboards" / "app.py")
BASELINE = [row for row in scenario_rows.scenarios() if row["scenario_id"] == "baseline"]
LEVERS = scenario_rows.levers()


def days(**values: float) -> list[words.Day]:
    return words.combined(BASELINE, LEVERS, values)


def test_levers_at_rest_change_nothing():
    found = days(acquisition=0.0)
    assert {day.ratio for day in found} == {1.0}
    assert words.headline(found, "dau", {"acquisition": 0.0}) == "Nothing changes: DAU of 1,000 on 27 Mar"


def test_levers_multiply_and_their_intervals_join():
    last = days(acquisition=0.2, price=-0.1)[-1]
    assert last.ratio == pytest.approx(1.1 * 0.95)
    alone = days(acquisition=0.2)[-1]
    assert last.low / last.ratio < alone.low / alone.ratio < 1 < alone.high / alone.ratio
    low, high = last.scenario_ends
    assert low < last.scenario * last.low / last.ratio
    assert high > last.scenario * last.high / last.ratio


def test_a_lower_end_of_zero_stays_zero():
    low, high = words.Day(date(2026, 3, 1), 3.0, 0.0, 9.0, 1.1, 1.05, 1.15).scenario_ends
    assert low == pytest.approx(0, abs=1e-6)
    assert high > 9


def test_the_headline_says_what_is_done_and_what_comes_of_it():
    values = {"acquisition": 0.2, "curr": 0.0, "quality": 0.1}
    assert words.headline(days(**values), "dau", values) == (
        "With new users +20% and mean rating +0.1 stars: DAU +15.5% (+13.1 to +17.9) on 27 Mar, +155"
    )
    less = {"acquisition": -0.2}
    assert words.headline(days(**less), "dau", less).endswith("on 27 Mar, −100")


def test_the_subtitle_tells_where_the_level_is_from():
    found = days()
    assert "level: the forecast ·" in words.subtitle(found, "forecast")
    assert "no forecast was built" in words.subtitle(found, "growth_model")


def _named(figure: go.Figure) -> list[str]:
    return [trace["name"] for trace in figure.to_dict()["data"] if "name" in trace]


def test_the_fan_draws_the_scenario_only_when_a_lever_is_moved():
    still = words.fan(days(), "dau", is_moved=False)
    moved = words.fan(days(acquisition=0.2), "dau", is_moved=True)
    assert _named(still) == ["baseline"]
    assert _named(moved) == ["baseline", "scenario"]
    assert {note.text for note in moved.layout.annotations} == {"baseline", "scenario"}
    assert len(moved.to_dict()["data"]) == 6, "two bands of two edges and two lines"


def test_named_scenarios_stand_by_effect_and_those_that_cannot_be_told_last():
    shown = words.last_rows(scenario_rows.scenarios(), "dau")
    assert [row["scenario_id"] for row in shown] == ["more", "maybe", "worse", "unknown"]
    rows = words.forest_rows(shown)
    assert [row.tone for row in rows] == ["good", "noise", "bad", "noise"]
    assert rows[0].text == "+12.0% (+10.0 to +14.0)"
    assert (rows[-1].text, rows[-1].interval) == ("cannot be told", None)
    assert words.forest_headline(shown, "dau") == (
        "2 of 3 scenarios surely move DAU; most: 30% more sign-ups, +12.0%"
    )
    maybe = [row for row in shown if row["scenario_id"] == "maybe"]
    assert words.forest_headline(maybe, "wau") == "None of 1 scenarios surely moves WAU"
    assert words.last_rows(BASELINE, "dau") == []


def test_a_long_title_leaves_room_for_its_effect():
    (row,) = words.forest_rows(
        scenario_rows.scenario("a", "A title that never seems to end at all", 1.2)[-1:]
    )
    assert row.label.endswith("…")
    assert len(row.label) <= words.LONGEST_TITLE
    assert row.hover.startswith("A title that never seems to end at all")


def test_what_came_of_earlier_predictions_is_counted():
    assert words.replays_in_words(scenario_rows.replayed()) == (
        "Tried where it can be: 80% intervals covered 3 of 4 scenarios that were played for real in 2 "
        "simulated worlds."
    )
    assert words.replays_in_words([]).startswith("No scenario was played")


def test_each_source_is_listed_once():
    rows = [{"sources": "a\nb"}, {"sources": "b"}, {"source": "c"}, {"sources": None}]
    assert words.assumptions(rows) == ["a", "b", "c"]


def test_the_download_holds_what_is_drawn():
    frame = words.as_frame(days(acquisition=0.2))
    assert frame.height == scenario_rows.DAYS
    assert frame["scenario"][-1] == pytest.approx(1100)


def opened(**query: str) -> AppTest:
    """The view at an address."""
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.switch_page("app_pages/growth.py")
    app.query_params["view"] = "Scenarios"
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture
def told(busy_lake: Lake, tmp_path: Path, in_force: Open) -> None:
    """A lake with scenarios, in force."""
    lake = Lake(shutil.copytree(busy_lake.root, tmp_path / "lake"))
    scenario_rows.write_scenarios(lake)
    in_force(lake.root)


@pytest.mark.usefixtures("told")
def test_a_slider_changes_the_headline_and_the_chart():
    page = opened()
    assert not page.exception
    assert page.subheader[0].value.startswith("Nothing changes: DAU of 1,000")
    page.slider(key="acquisition").set_value(20).run()
    assert page.subheader[0].value.startswith("With new users +20%: DAU +10.0%")
    names = [trace.get("name") for trace in json.loads(page.get("plotly_chart")[0].proto.spec)["data"]]
    assert "scenario" in names
    assert any("80% intervals covered 3 of 4" in caption.value for caption in page.caption)


@pytest.mark.usefixtures("told")
def test_the_address_moves_the_sliders():
    page = opened(acquisition="-10", quality="0.1")
    assert not page.exception
    assert page.subheader[0].value.startswith("With new users -10% and mean rating +0.1 stars")


def test_a_lake_without_scenarios_says_how_they_come(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    app = opened()
    assert not app.exception
    assert "There are no scenarios yet" in app.info[0].value
