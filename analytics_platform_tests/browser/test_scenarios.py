from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import PATIENCE, View, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.growth.scenario_rows import write_scenarios
from analytics_platform_tests.dashboards.kpi_lake import write_lake

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def growth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with scenarios."""
    folder = tmp_path_factory.mktemp("scenarios")
    write_lake(Lake(folder / "lake"), users=200, days=60)
    write_scenarios(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield f"{found}/growth?view=Scenarios"


def headline(page: Page) -> str:
    return page.locator("h3").first.inner_text()


def test_a_slider_in_the_address_changes_the_headline(view: View, growth: str):
    assert headline(view(growth, charts=2)).startswith("Nothing changes")
    page = view(f"{growth}&acquisition=20&curr=2", charts=2)
    assert headline(page).startswith("With new users +20% and current users back next day +2%: DAU +11.1%")
    assert page.problems == []


def test_moving_a_slider_writes_the_address(view: View, growth: str):
    page = view(growth, charts=2)
    page.get_by_role("slider").first.press("ArrowRight")
    page.wait_for_url("**acquisition=5**", timeout=PATIENCE * 1000)
    page.wait_for_function("!document.querySelector('h3').innerText.startsWith('Nothing changes')")
    assert headline(page).startswith("With new users +5%")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_cut_or_overlaps(view: View, growth: str, width: int, scheme: str):
    page = view(f"{growth}&acquisition=20", charts=2, width=width, scheme=scheme)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0
