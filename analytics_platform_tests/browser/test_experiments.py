import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.browser.conftest import PATIENCE, View, drawn, served
from analytics_platform_tests.browser.test_overview import contrast, is_wider_than_the_window
from analytics_platform_tests.dashboards.experiment_lake import write_experiments

pytestmark = pytest.mark.browser

CUT_TEXT = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const box = plot.getBoundingClientRect();
  return [...plot.querySelectorAll('.annotation-text, .xtick text, .ytick text')].filter(text => {
    const own = text.getBoundingClientRect();
    return own.width && (own.left < box.left - 1 || own.right > box.right + 1);
  }).map(text => text.textContent);
})"""
OVERLAPS = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const boxes = [...plot.querySelectorAll('.annotation-text')].map(text => text.getBoundingClientRect());
  return boxes.filter((one, at) => boxes.slice(at + 1).some(other =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom));
}).length"""


@pytest.fixture(scope="module")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dashboards on a lake with experiments and certificates."""
    folder = tmp_path_factory.mktemp("experiments")
    write_experiments(Lake(folder / "lake"))
    with served(folder / "lake", folder) as found:
        yield found


def headline(page: Page) -> str:
    return page.locator("h3").first.inner_text()


def test_the_portfolio_and_the_detail_are_drawn_and_ask_nothing_of_other_hosts(view: View, experiments: str):
    page = view(f"{experiments}/experiments")
    assert headline(page).startswith("1 of 5 experiments ships")
    assert page.locator(".js-plotly-plot").first.locator(".errorbar").count() == 4, "one cannot be estimated"
    assert page.hosts - {""} == {experiments.removeprefix("http://")}
    assert page.problems == []


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        ("experiments", 3),
        ("experiments?tab=Segments", 4),
        ("experiments?tab=Who+benefits", 3),
        ("experiments?evidence=Not+randomised", 3),
        ("trust", 1),
    ],
)
def test_it_can_be_read_on_a_phone(view: View, experiments: str, path: str, charts: int):
    page = view(f"{experiments}/{path}", width=390, height=844, charts=charts)
    assert not is_wider_than_the_window(page)
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(OVERLAPS) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_intervals_stand_out_in_light_and_dark(view: View, experiments: str, scheme: str):
    page = view(f"{experiments}/experiments", scheme=scheme)
    background = page.locator("[data-testid='stApp']").evaluate(
        "app => getComputedStyle(app).backgroundColor"
    )
    for line in page.locator(".js-plotly-plot .errorbar path").all():
        assert contrast(background, line.evaluate("path => getComputedStyle(path).stroke")) > 3


def test_an_experiment_and_a_tab_go_into_the_link_and_come_back_from_it(view: View, experiments: str):
    page = view(f"{experiments}/experiments")
    page.get_by_role("tab", name="Over time").click()
    page.wait_for_url(re.compile("tab=Over"))
    drawn(page, 3)
    page.get_by_role("combobox", name="Experiment").click()
    page.get_by_role("option", name="streak_reminders").click()
    page.wait_for_url(re.compile("experiment=streak_reminders"))
    again = view(page.url)
    assert again.get_by_role("tab", name="Over time").get_attribute("aria-selected") == "true"
    assert "not as large as planned" in again.locator("[data-testid='stAlert']").inner_text()


def test_a_badge_leads_to_the_certificates_of_its_method(view: View, experiments: str):
    page = view(f"{experiments}/experiments?experiment=homepage_aa")
    badge = page.get_by_role("link", name=re.compile("uncertified")).first
    assert badge.get_attribute("href") == "trust?method=group_sequential"
    trust = view(f"{experiments}/{badge.get_attribute('href')}", charts=1)
    assert "Group-sequential" in (trust.locator(".annotation-text").first.text_content() or "")


def test_the_data_behind_the_portfolio_comes_as_csv(view: View, experiments: str, tmp_path: Path):
    page = view(f"{experiments}/experiments")
    with page.expect_download(timeout=PATIENCE * 1000) as waiting:
        page.locator(".st-key-csv_portfolio button").click()
    waiting.value.save_as(tmp_path / "portfolio.csv")
    assert waiting.value.suggested_filename == "portfolio_v1.csv"
    assert pl.read_csv(tmp_path / "portfolio.csv").height == 5
