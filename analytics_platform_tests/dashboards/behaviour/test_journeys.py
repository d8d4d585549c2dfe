"""The view of journeys: the matrix, what lies around an event, paths, and the page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.behaviour.path_lake import tables, write_paths
from analytics_platform_tests.dashboards.conftest import Open
from dashboards.behaviour import journey_parts as parts
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


def rows() -> list[Row]:
    return tables()[parts.JOURNEYS].to_pylist()


def test_rows_of_the_matrix_add_up_and_begin_and_end_at_its_edges():
    moves = parts.chosen(rows(), "within_session", "all")
    heatmap = parts.matrix(moves).data[0]
    assert heatmap.y[0] == "Start"
    assert heatmap.x[-1] == "End"
    for line in heatmap.z:
        known = [share for share in line if share is not None]
        assert not known or sum(known) == pytest.approx(1)


def test_headlines_say_the_most_frequent_move():
    said = parts.headline(parts.chosen(rows(), "within_session", "all"), "within_session", "all")
    assert said.startswith("After signed up users go on to summarize ")
    around = parts.chosen(rows(), "before_event", "all", "trial_started")
    assert parts.headline(around, "before_event", "trial_started").startswith(
        "“Trial started”: right before it"
    )
    few = [{**row, "probability": None} for row in around]
    assert parts.headline(few, "before_event", "trial_started").startswith("Too few users to tell")
    assert parts.headline([], "within_session", "all") == "Too few users to tell where they go"


def test_what_lies_next_to_an_event_adds_up():
    for scope, anchor in (("before_event", "trial_started"), ("after_event", "signed_up")):
        moves = parts.chosen(rows(), scope, "all", anchor)
        assert sum(dot.share or 0 for dot in parts.dots(moves, scope)) == pytest.approx(1)
        table = parts.move_table(moves)
        assert table["Step"][0] == ("-1 → 0" if scope == "before_event" else "0 → 1")


def test_few_users_are_called_few():
    cell = {**rows()[0], "probability": None, "reason": "too few users (3)"}
    assert parts.matrix([cell]).data[0].text[0][0] == "few"
    assert parts.move_table([cell])["Share"][0] == "too few users (3)"


def test_paths_are_ranked():
    paths = tables()[parts.PATHS].to_pylist()
    table = parts.path_table(paths, "all")
    assert table["Path"][0].startswith("Signed up → Summarize")
    assert "of sessions begin signed up → summarize" in parts.paths_headline(paths, "all")
    assert parts.paths_headline([], "all") == "No sessions to tell of"


@pytest.fixture
def lake(tmp_path: Path, in_force: Open) -> Lake:
    lake = Lake(tmp_path / "lake")
    write_paths(lake)
    in_force(lake.root)
    return lake


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in {"view": "Journeys", **query}.items():
        page.query_params[name] = value
    return page.run().switch_page("app_pages/behaviour.py").run()


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("scope", parts.SCOPES)
def test_the_page_shows_each_scope(scope: str):
    page = opened(moves_of=scope, role="Teachers")
    assert not page.exception
    charts = page.get("plotly_chart")
    assert len(charts) == 1
    assert all(chart.proto.alt for chart in charts)


def test_without_journeys_the_page_says_so(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    page = opened()
    assert not page.exception
    assert any("no journeys yet" in each.value for each in page.info)
