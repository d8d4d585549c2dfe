"""The page LLM quality in a browser, with an answer that attacks it."""

import re
from collections.abc import Iterator

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import View, drawn, served
from analytics_platform_tests.browser.test_experiments import CUT_TEXT, OVERLAPS
from analytics_platform_tests.browser.test_overview import is_wider_than_the_window
from analytics_platform_tests.dashboards.llm.quality_lake import HOSTILE, write_quality

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with every table of the page."""
    folder = tmp_path_factory.mktemp("llm_quality")
    write_quality(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield f"{found}/llm_quality"


def test_text_of_users_is_shown_letter_by_letter_and_runs_nothing(view: View, quality: str):
    page = view(f"{quality}?view=Worst+answers&answer=2", charts=0)
    source, output = (page.locator("[data-testid='stHtml'] > div").nth(at) for at in (0, 1))
    assert source.evaluate("box => box.textContent") == HOSTILE
    assert output.evaluate("box => box.textContent") == HOSTILE
    assert output.locator("mark").evaluate("mark => mark.textContent") == HOSTILE[:37]
    for kind in ("script", "img", "a", "strong", ".katex"):
        assert page.locator(f"[data-testid='stHtml'] {kind}").count() == 0
    assert page.get_by_text("<b>chat</b> · model tutor-2").count() == 1
    assert page.evaluate("() => window.hacked") is None
    assert page.hosts - {""} == {quality.removeprefix("http://").partition("/")[0]}
    assert page.problems == []


@pytest.mark.parametrize(("name", "charts"), [("Overview", 1), ("Over time", 3), ("Experts and judges", 4)])
def test_a_view_can_be_read_on_a_phone_in_the_dark(view: View, quality: str, name: str, charts: int):
    page = view(f"{quality}?view={name}", width=390, height=844, charts=charts, scheme="dark")
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0


def test_views_and_choices_go_into_the_link_and_come_back_from_it(view: View, quality: str):
    page = view(quality, charts=1)
    page.get_by_role("radio", name="Versions").or_(page.get_by_role("button", name="Versions")).first.click()
    page.wait_for_url(re.compile("view=Versions"))
    page.locator("h3", has_text="tutor-2 against tutor-1").wait_for()
    again = view(f"{quality}?view=Over+time&by=Feature", charts=3)
    assert "highest" in again.locator("h3").nth(1).inner_text()
    drawn(again, 3)
    assert again.problems == []
