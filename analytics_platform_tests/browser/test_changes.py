import re
from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.behaviour.change_lake import write_changes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with changes and segments."""
    folder = tmp_path_factory.mktemp("changes")
    write_changes(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


def test_what_changed_is_drawn_and_asks_nothing_of_other_hosts(view: View, changes: str):
    page = view(f"{changes}/behaviour", charts=3)
    assert "Behaviour" in page.locator("h1").inner_text()
    assert page.locator(".js-plotly-plot .errorbar").count() > 4
    assert page.get_by_text("logging gap").first.is_visible()
    assert page.hosts - {""} == {changes.removeprefix("http://")}
    assert page.problems == []


@pytest.mark.parametrize(("path", "charts"), [("behaviour", 3), ("behaviour?view=Segments", 2)])
def test_it_can_be_read_on_a_phone(view: View, changes: str, path: str, charts: int):
    page = view(f"{changes}/{path}", width=390, height=844, charts=charts)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0


def test_a_dimension_goes_into_the_link_and_comes_back_from_it(view: View, changes: str):
    page = view(f"{changes}/behaviour?metric=Feature+uses", charts=3)
    page.get_by_role("radio", name="Country").or_(page.get_by_role("button", name="Country")).first.click()
    page.wait_for_url(re.compile("by=Country"))
    drawn(page, 3)
    again = view(page.url, charts=3)
    assert "DE" in again.locator(".js-plotly-plot").last.inner_text()
