"""The view of what changed: headline, moves, contributions and unusual days from rows alone, and the page."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.behaviour.change_lake import GAP_DAY, tables, write_changes
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from dashboards.behaviour import change_parts as parts
from dashboards.behaviour import spells
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


def rows() -> list[Row]:
    return tables()[parts.CHANGES].to_pylist()


def week(**changed: object) -> list[Row]:
    return [{**row, **changed} for row in parts.totals(rows(), "week")]


def row(metric: str = "dau", **columns: object) -> Row:
    """A whole metric that rose from 100 to 120 a day."""
    known = {
        "comparison": "week", "dimension": "overall", "segment": "all", "component": "total",
        "before_value": 100.0, "after_value": 120.0, "contribution": 20.0, "contribution_low": 10.0,
        "contribution_high": 30.0, "relative_contribution": 0.2, "is_notable": True, "users": 500,
        "robust_z": None, "cause": None, "driver_dimension": None, "driver_segment": None,
        "sentence": "It rose.",
    }  # fmt: skip
    return {**known, "metric": metric, **columns}


def test_the_headline_names_the_telling_move_and_whose_it_is():
    driven = row(driver_dimension="country", driver_segment="GB")
    assert parts.headline([driven]) == (
        "Daily active users rose 20.0% to 120 a day, most unlike the others: users in GB"
    )
    assert parts.headline([row()]).endswith("in all segments alike")
    fell = row("events", before_value=100.0, after_value=60.0, contribution=-40.0)
    assert parts.headline([fell]).startswith("Feature uses fell 40.0% to 60 a day")


def test_the_headline_says_so_where_nothing_moved():
    assert parts.headline([row(is_notable=False)]) == "Nothing moved beyond noise in the last seven days"
    assert parts.headline([]) == "Too few days of data to compare two weeks"


def test_colour_tells_good_from_bad_and_noise():
    assert parts.tone(row(), 1.0, is_notable=True) == "good"
    assert parts.tone(row("cancellations"), 1.0, is_notable=True) == "bad"
    assert parts.tone(row("ratings"), 1.0, is_notable=True) == "moved"
    assert parts.tone(row(), 1.0, is_notable=False) == "noise"


def test_a_metric_of_too_few_people_has_no_interval_and_stands_last():
    shown = parts.metric_rows([row("renewals", contribution_low=None, users=8), row()])
    assert [each.label for each in shown] == ["Daily active users", "Renewals"]
    assert (shown[1].text, shown[1].interval) == ("too few people (n = 8)", None)
    assert shown[0].text == "+20.0% (+10.0 to +30.0)"


def test_drawn_contributions_add_up_to_the_change_of_the_metric():
    for total in week():
        own = [each for each in rows() if each["comparison"] == "week" and each["metric"] == total["metric"]]
        for label in parts.dimensions_of(own):
            drawn = parts.segment_rows(own, total, parts.DIMENSIONS[label])
            known = [each.interval for each in drawn]
            if None in known:
                continue
            added = sum(each.estimate for each in known)
            if parts.METRICS[total["metric"]].is_ratio:
                added += sum(each.shadow.estimate for each in drawn)
            assert added * parts.scale_of(total) == pytest.approx(total["contribution"], abs=1e-9)


def test_unusual_days_that_go_on_are_one_spell_and_a_gap_stands_for_its_day():
    found = spells.spells(rows())
    unusual = {each["as_of_date"] for each in parts.totals(rows(), "day")}
    assert sum(len(spell.days) for spell in found) == len(unusual)
    assert [spell.days[0] for spell in found] == sorted((spell.days[0] for spell in found), reverse=True)
    gap = next(spell for spell in found if spell.days[0] == GAP_DAY)
    assert "logging gap" in gap.words
    assert spells.days_headline(found).endswith("on Thu 23 Oct 2025 the log has a gap")
    assert spells.days_headline([]) == "No day was unlike the weeks before it"


@pytest.fixture
def page(tmp_path: Path, in_force: Open) -> AppTest:
    lake = Lake(tmp_path / "lake")
    write_changes(lake)
    in_force(lake.root)
    return AppTest.from_file(str(APP), default_timeout=60)


def opened(page: AppTest, **query: str) -> AppTest:
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    page.switch_page("app_pages/behaviour.py").run()
    assert not page.exception
    return page


def test_the_page_shows_the_moves_the_reasons_and_the_days(page: AppTest):
    opened(page)
    assert page.subheader[0].value == parts.headline(week())
    charts = page.get("plotly_chart")
    assert len(charts) == 3
    assert all(chart.proto.alt for chart in charts)
    assert any("logging gap" in each.value for each in page.markdown)
    assert sum(" · data `" in each.value for each in page.caption) == 3


def test_a_link_restores_metric_dimension_and_period(page: AppTest):
    opened(page, period="Last 7 days", metric="Feature uses", by="Platform")
    assert page.selectbox(key="metric").value == "Feature uses"
    labels = json.loads(page.get("plotly_chart")[-1].proto.spec)["layout"]["annotations"]
    assert {"<b>Ios</b>", "<b>Web</b>", "<b>Android</b>"} <= {each["text"] for each in labels}


def test_a_lake_without_the_table_says_how_to_build_it(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake, days=3)
    in_force(lake.root)
    shown = opened(AppTest.from_file(str(APP), default_timeout=60))
    assert "analytics-platform run" in shown.info[0].value
