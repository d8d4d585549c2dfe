"""The Growth page's forecasts and revenue, as a browser draws them."""

from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import PATIENCE, View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, headline
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.growth.forecast_rows import write_forecasts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def growth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with forecasts."""
    folder = tmp_path_factory.mktemp("growth")
    write_forecasts(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield f"{found}/growth"


def test_the_fan_is_drawn_and_nothing_is_asked_of_other_hosts(view: View, growth: str):
    page = view(growth, charts=2)
    assert headline(page).startswith("3,000 daily active users expected on Mon 26 Jan 2026")
    fan = page.locator(".js-plotly-plot").first
    assert fan.locator(".scatterlayer .js-fill").count() == 3
    assert page.hosts - {""} == {growth.removeprefix("http://").removesuffix("/growth")}
    assert page.problems == []


def test_a_metric_and_a_segment_go_into_the_link_and_come_back_from_it(view: View, growth: str):
    page = view(growth, charts=2)
    page.get_by_role("radio", name="Teachers").click()
    page.wait_for_url("**who=Teachers**")
    # The link changes before the page is drawn anew.
    page.locator("h3", has_text="360 daily active users").first.wait_for(timeout=PATIENCE * 1000)
    drawn(page, 2)
    assert headline(page).startswith("360 daily active users")
    again = view(f"{growth}?metric=D7+retention&who=Students", charts=2)
    assert headline(again).startswith("D7 retention of 22.0% expected")


@pytest.mark.parametrize("path", ["?view=Forecasts", "?view=Revenue"])
def test_it_can_be_read_on_a_phone(view: View, growth: str, path: str):
    page = view(f"{growth}{path}", width=390, height=844, charts=2)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.problems == []


def test_revenue_has_its_dollars(view: View, growth: str):
    page = view(f"{growth}?view=Revenue", charts=2)
    assert "worth $4,560 a month" in headline(page)
