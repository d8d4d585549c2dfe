import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.behaviour.path_lake import write_paths

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with funnels and journeys."""
    folder = tmp_path_factory.mktemp("paths")
    write_paths(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


def test_a_list_holds_as_many_users_as_its_bar_counts(view: View, paths: str, tmp_path: Path):
    page = view(f"{paths}/behaviour?view=Funnels&funnel=study&step=2.+Tested", charts=3)
    bars = page.locator(".js-plotly-plot").first.inner_text()
    lost = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) lost here", bars)]
    assert page.get_by_text(f"{lost[1]:,} users stopped after “Tested”").is_visible()
    with page.expect_download() as download:
        page.locator(".st-key-csv_users_study_2_dropped button").click()
    download.value.save_as(tmp_path / "users.csv")
    users = list(csv.DictReader((tmp_path / "users.csv").read_text().splitlines()))
    assert len(users) == lost[1]
    assert {(row["furthest_step"], row["state"]) for row in users} == {("2", "dropped")}
    assert page.problems == []


def test_a_segment_goes_into_the_link_and_comes_back_from_it(view: View, paths: str):
    page = view(f"{paths}/behaviour?view=Funnels&funnel=study", charts=3)
    page.get_by_role("radio", name="Role").or_(page.get_by_role("button", name="Role")).first.click()
    page.wait_for_url(re.compile("by=Role"))
    drawn(page, 4)
    again = view(page.url, charts=4)
    assert again.get_by_text("role student only").is_visible()


@pytest.mark.parametrize(
    ("path", "charts"),
    [("view=Funnels&funnel=study", 3), ("view=Journeys", 1), ("view=Journeys&moves_of=Before+an+event", 1)],
)
def test_it_can_be_read_on_a_phone(view: View, paths: str, path: str, charts: int):
    page = view(f"{paths}/behaviour?{path}", width=390, height=844, charts=charts)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0


def test_journeys_are_drawn_and_ask_nothing_of_other_hosts(view: View, paths: str):
    page = view(f"{paths}/behaviour?view=Journeys", charts=1)
    assert page.locator(".js-plotly-plot .heatmaplayer").count() == 1
    assert page.hosts - {""} == {paths.removeprefix("http://")}
    assert page.problems == []
