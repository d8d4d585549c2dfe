"""The view of funnels: bars, words, times, drivers, and lists that hold as many users as bars count."""

import json
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.behaviour.path_lake import tables, write_paths
from analytics_platform_tests.dashboards.conftest import Open
from dashboards.behaviour import funnel_evidence as evidence
from dashboards.behaviour import funnel_parts as parts
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


def rows(table: str, funnel_id: str = "study") -> list[Row]:
    return [row for row in tables()[table].to_pylist() if row["funnel_id"] == funnel_id]


def steps(dimension: str = "overall", segment: str = "all", funnel_id: str = "study") -> list[Row]:
    return parts.ordered(rows(parts.STEPS, funnel_id), dimension, segment)


def test_bars_start_at_zero_and_say_count_share_and_loss():
    figure = parts.bars(steps())
    assert list(figure.data[0].x) == [row["users"] / steps()[0]["users"] for row in steps()]
    assert figure.layout.xaxis.range == (0, 1)
    said = [each.text for each in figure.layout.annotations]
    for row in steps():
        assert f"<b>{row['step']}. {row['step_name']}</b>" in said
        assert any(text.startswith(f"{row['users']:,} · {100 * row['share_of_start']:.1f}%") for text in said)
    assert (
        parts.lost({**steps()[0], "users": 200, "dropped_users": 50, "open_users": 8})
        == "50 lost here (25.0%) · 8 open (4.0%)"
    )
    assert parts.lost(steps()[-1]) == ""


def test_the_headline_names_where_most_stop():
    most = max(steps()[:-1], key=lambda row: row["dropped_users"])
    assert parts.headline(steps()).endswith(f"do so after “{most['step_name']}”")
    assert parts.headline(steps(funnel_id="never")) == "Nobody entered this funnel"
    few = [{**row, "share_of_start": None} for row in steps()]
    assert parts.headline(few).startswith("Too few to tell")
    done = [{**row, "dropped_users": 0} for row in steps()]
    assert parts.headline(done).endswith("nobody has stopped for good")
    assert "too few" in parts.counted(few[0])


def test_open_users_are_told_as_a_range():
    last = steps()[-1]
    said = parts.caution(steps())
    assert f"{100 * last['share_of_start']:.1f}%" in said
    assert f"{100 * last['share_of_start_at_most']:.1f}%" in said
    assert parts.caution([{**row, "open_users": 0} for row in steps()]) == ""


@pytest.mark.parametrize("state", parts.STATES.values())
@pytest.mark.parametrize("of", [parts.OVERALL, ("role", "teacher"), ("country", "FR")])
def test_a_list_holds_as_many_users_as_the_chart_counts(state: str, of: tuple[str, str]):
    users = pl.DataFrame(tables()[parts.USERS]).filter(pl.col("funnel_id") == "study")
    for step in (1, 2, 3):
        listed = users.filter(parts.members(step, state, *of))
        assert listed.height == parts.charted(steps(*of), step, state)


def test_times_are_drawn_by_span_and_told_by_median():
    figure = evidence.times(rows(parts.TIMES), 3)
    assert sum(figure.data[0].y) > 0.99
    assert evidence.times_headline(steps()[2]).startswith("Half of those who reach “Asked” do so within")
    assert evidence.times_headline({**steps()[2], "median_seconds_from_start": None}).startswith("Too few")
    assert [parts.edge(second) for second in (1, 120, 7200, 172_800)] == ["1 s", "2 min", "2 h", "2 d"]
    assert [parts.span(second) for second in (40, 300.0, 18_720, 1_200_960)] == [
        "40 s",
        "5.0 min",
        "5.2 h",
        "13.9 days",
    ]


def test_drivers_are_coloured_where_their_interval_excludes_zero():
    told = evidence.told_drivers(rows(parts.DRIVERS), 2)
    drawn = evidence.driver_rows(told)
    for row, shown in zip(told, drawn, strict=True):
        assert (shown.tone == "moved") == (row["difference_low"] > 0 or row["difference_high"] < 0)
    assert drawn[0].label == "Used chat in the 28 days before" or told[0]["dimension"] == "active_days_before"
    assert evidence.drivers_headline(rows(parts.DRIVERS), steps()[1]).count("“Tested”") == 1
    assert evidence.drivers_headline([], steps()[1]) == "Nothing known beforehand goes with reaching “Tested”"
    assert evidence.about("country", "DE") == "Country: DE"


def test_segments_are_compared_only_where_they_differ():
    dots = parts.compared(rows(parts.STEPS), "role")
    assert [dot.row for dot in dots] == sorted(
        (dot.row for dot in dots), key=lambda name: -next(d.share for d in dots if d.row == name)
    )
    apart = [*dots[:1], *(dot.__class__(dot.row, dot.series, 0.01, 0.0, 0.02, 99) for dot in dots[1:])]
    assert "come through at" in parts.compared_headline(apart, "role")
    assert parts.compared_headline(dots[:1], "role") == "Role: too few users to compare"


@pytest.fixture
def lake(tmp_path: Path, in_force: Open) -> Lake:
    lake = Lake(tmp_path / "lake")
    write_paths(lake)
    in_force(lake.root)
    return lake


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in {"view": "Funnels", **query}.items():
        page.query_params[name] = value
    return page.run().switch_page("app_pages/behaviour.py").run()


@pytest.mark.usefixtures("lake")
def test_the_page_lists_the_users_its_bar_counts():
    page = opened(funnel="study", who="Reached it", step="2. Tested")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 3
    bar = json.loads(page.get("plotly_chart")[0].proto.spec)
    count = steps()[1]["users"]
    assert any(each["text"].startswith(f"{count:,} · ") for each in bar["layout"]["annotations"])
    assert any(f"{count:,} users reached “Tested”" in each.value for each in page.markdown)
    assert not page.error


@pytest.mark.usefixtures("lake")
def test_the_page_of_a_segment_and_of_a_funnel_that_nobody_entered():
    page = opened(funnel="study", by="Role")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 4
    page = opened(funnel="never")
    assert not page.exception
    assert "Nobody entered this funnel" in page.subheader[0].value


def test_tables_of_different_runs_are_called_so(lake: Lake):
    users = tables()[parts.USERS]
    lake.replace(parts.USERS, [users.slice(0, 5)], users.schema)
    assert any("different runs" in each.value for each in opened(funnel="study").error)


def test_without_funnels_the_page_says_how_to_get_some(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    page = opened()
    assert not page.exception
    assert any("no funnels yet" in each.value for each in page.info)
