"""The view of segments: names, sizes, what sets them apart and who moves, and the page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.behaviour.change_lake import tables, write_changes
from analytics_platform_tests.dashboards.conftest import Open
from dashboards.behaviour import segment_parts as parts
from dashboards.matrices import broken
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


def rows(table: str) -> list[Row]:
    return tables()[table].to_pylist()


def profile(method: str) -> list[Row]:
    return parts.newest(rows(parts.PROFILES), method)


@pytest.mark.parametrize("method", parts.METHODS.values())
def test_sizes_are_those_of_the_table_and_shares_add_up(method: str):
    shown = parts.sizes(profile(method))
    assert sum(row["user_share"] for row in shown) == pytest.approx(1)
    table = parts.size_table(profile(method), [])
    assert table["Users"].to_list() == [f"{row['users']:,}" for row in shown]
    assert set(table["28 days before"]) == {"none"}


def test_the_headline_counts_kinds_or_says_that_there_are_none():
    largest = max(parts.sizes(profile("rfm")), key=lambda row: row["users"])
    said = parts.headline(profile("rfm"), [])
    assert said.endswith(f"of users are {parts.label(largest['segment']).lower()}")
    kinds = (("Quiz-heavy users", 60), ("Occasional users", 20), ("gone", 20))
    one = profile("kmeans")[0]
    cut = [{**one, "segment": name, "users": n, "user_share": n / 100} for name, n in kinds]
    said = parts.headline(cut, [])
    assert said == "2 kinds of active users; the largest are quiz-heavy users, 75.0% of them"
    assert "too few" in parts.headline(profile("kmeans"), rows(parts.FITS))


@pytest.mark.parametrize("method", parts.METHODS.values())
def test_matrices_hold_every_segment_and_rows_of_moves_add_up(method: str):
    figure = parts.apart(profile(method))
    segments = {row["segment"] for row in profile(method)}
    assert len(figure.data[0].z[0]) == len(segments)
    assert len(figure.data[0].z) == len(parts.FEATURES)
    moves = parts.moves(rows(parts.TRANSITIONS), method)
    for line in moves.data[0].z:
        known = [share for share in line if share is not None]
        assert not known or sum(known) == pytest.approx(1)


def test_few_people_have_no_share():
    unknown = dict.fromkeys(("probability", "probability_low", "probability_high"))
    row = {"method": "rfm", "from_segment": "loyal", "to_segment": "gone", "users": 3, "n": 9, **unknown}
    texts = [each.text for each in parts.moves([row], "rfm").layout.annotations]
    assert texts == ["too few"]
    assert parts.moves_headline([row], "rfm") == "Nobody moved between segments within 28 days"
    assert parts.moves_headline([], "rfm") == "Too few days to see who moves"


def test_names_are_broken_into_lines():
    assert broken("Quiz-heavy explanation-light users", 20) == "Quiz-heavy<br>explanation-light<br>users"


@pytest.mark.parametrize("method", parts.METHODS)
def test_the_page_shows_each_method(tmp_path: Path, in_force: Open, method: str):
    lake = Lake(tmp_path / "lake")
    write_changes(lake)
    in_force(lake.root)
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["view"], page.query_params["method"] = "Segments", method
    page.run()
    page.switch_page("app_pages/behaviour.py").run()
    assert not page.exception
    charts = page.get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)
    assert page.subheader[0].value
