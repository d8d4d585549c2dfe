"""The views of retention in a browser."""

import re
from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.retention_lake import write_retention

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def retention(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake of 700 users."""
    folder = tmp_path_factory.mktemp("retention")
    write_retention(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "charts"), [("behaviour?view=Retention&by=Channel", 5), ("growth?view=Retention+curves", 1)]
)
def test_it_can_be_read_on_a_phone(view: View, retention: str, path: str, charts: int):
    page = view(f"{retention}/{path}", width=390, height=844, charts=charts)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0
    assert page.problems == []


def test_periods_and_segments_go_into_the_link_and_come_back_from_it(view: View, retention: str):
    page = view(f"{retention}/behaviour?view=Retention", charts=5)
    page.get_by_text("Months", exact=True).click()
    page.wait_for_url(re.compile("cohorts=Months"))
    page.get_by_text("Role", exact=True).click()
    page.wait_for_url(re.compile("by=Role"))
    drawn(page, 5)
    again = view(page.url, charts=5)
    heads = again.locator("h3").all_inner_texts()
    assert "month 1" in heads[0]
    assert any(head.startswith("By role, users fall silent") for head in heads)
