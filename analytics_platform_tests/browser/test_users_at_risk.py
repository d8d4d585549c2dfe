from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, served
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.churn.conftest import write_churn
from analytics_platform_tests.dashboards.kpi_lake import write_lake

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def at_risk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with users at risk."""
    folder = tmp_path_factory.mktemp("served_churn")
    lake = Lake(folder / "lake")
    write_lake(lake)
    write_churn(lake)
    with served(lake.root, folder) as found:
        yield f"{found}/users_at_risk"


def test_the_page_draws_its_charts_and_asks_nothing_of_other_hosts(view: View, at_risk: str):
    page = view(at_risk)
    page.locator(".js-plotly-plot .main-svg").nth(5).wait_for()
    assert "300 of 1,200 users are at high risk" in page.inner_text("h3 >> nth=0")
    assert page.hosts - {""} == {at_risk.removeprefix("http://").partition("/")[0]}
    assert page.problems == []


def test_filters_in_the_address_choose_users(view: View, at_risk: str):
    page = view(f"{at_risk}?role=teacher&band=high")
    assert "60 of 120 users are at high risk among teachers" in page.inner_text("h3 >> nth=0")
    assert page.get_by_text("60 users ·").count() == 1


def test_a_telephone_shows_it_without_scrolling_sideways(view: View, at_risk: str):
    assert not is_wider_than_the_window(view(at_risk, width=390))
