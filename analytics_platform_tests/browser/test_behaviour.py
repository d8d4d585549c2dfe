"""The Behaviour page in a browser, on a lake of random visits."""

import re
from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.behaviour_lake import write_behaviour

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def behaviour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with what derives from user-days."""
    folder = tmp_path_factory.mktemp("behaviour")
    write_behaviour(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


def test_lifecycle_is_drawn_and_asks_nothing_of_other_hosts(view: View, behaviour: str):
    page = view(f"{behaviour}/behaviour?view=Lifecycle", charts=5)
    assert page.locator("h3").first.inner_text().startswith("Daily active users ")
    assert page.locator(".js-plotly-plot").first.locator(".bars .point").count() == 4 * 13
    assert page.hosts - {""} == {behaviour.removeprefix("http://")}
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_on_a_phone(view: View, behaviour: str, scheme: str):
    page = view(f"{behaviour}/behaviour?view=Lifecycle", width=390, height=844, charts=5, scheme=scheme)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0


def test_a_period_goes_into_the_link_and_comes_back_from_it(view: View, behaviour: str):
    page = view(f"{behaviour}/behaviour?view=Lifecycle", charts=5)
    page.get_by_role("radio", name="Monthly").or_(page.get_by_role("button", name="Monthly")).first.click()
    page.wait_for_url(re.compile("active=Monthly"))
    drawn(page, 5)
    again = view(page.url, charts=5)
    assert "MAU" in again.locator("h3").nth(1).inner_text()
