import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page

from analytics_platform_tests.browser.conftest import PATIENCE, View, served
from analytics_platform_tests.dashboards.kpi_lake import DAYS

pytestmark = pytest.mark.browser

TEXT_COLORS = """() => {
  const read = element => getComputedStyle(element);
  const app = document.querySelector("[data-testid='stApp']");
  return [read(app).backgroundColor, read(document.querySelector('h1')).color];
}"""


CUT_LABELS = """() => [...document.querySelectorAll("[data-testid='stMetric'] *")]
  .filter(part => part.clientWidth && part.scrollWidth > part.clientWidth).map(part => part.innerText)"""


def luminance(color: str) -> float:
    """Relative luminance (WCAG) of `rgb(…)`."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_wider_than_the_window(page: Page) -> bool:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth > window.innerWidth")


def test_the_page_draws_cards_and_charts_and_asks_nothing_of_other_hosts(view: View, address: str):
    page = view(address)
    assert page.locator("[data-testid='stMetric']").count() == 25
    assert page.locator("[data-testid='stMetric']").nth(7).bounding_box()["y"] < 900, (
        "eight on the first screen"
    )
    assert page.locator(".js-plotly-plot .scatterlayer .trace").count() >= 4
    assert page.hosts - {""} == {address.removeprefix("http://")}
    assert page.problems == []


def test_it_can_be_read_on_a_phone(view: View, address: str):
    page = view(address, width=390, height=844)
    assert not is_wider_than_the_window(page)
    cards = [page.locator("[data-testid='stMetric']").nth(n).bounding_box() for n in (0, 1)]
    assert cards[0]["y"] == cards[1]["y"], "two cards beside each other"
    assert page.evaluate(CUT_LABELS) == []
    page.set_viewport_size({"width": 310, "height": 844})
    page.wait_for_function(f"({CUT_LABELS})().length > 0", timeout=PATIENCE * 1000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(view: View, address: str, scheme: str):
    page = view(address, scheme=scheme)
    background, text = page.evaluate(TEXT_COLORS)
    assert contrast(background, text) > 7
    assert (luminance(background) < 0.1) == (scheme == "dark")
    tick = page.locator(".js-plotly-plot .ytick text").first.evaluate("tick => getComputedStyle(tick).fill")
    assert contrast(background, tick) > 3
    for line in page.locator(".js-plotly-plot .errorbar path").all()[:12]:
        assert contrast(background, line.evaluate("path => getComputedStyle(path).stroke")) > 3


def test_a_choice_goes_into_the_link_and_comes_back_from_it(view: View, address: str):
    page = view(address)
    page.get_by_text("Country", exact=True).click()
    page.wait_for_url(re.compile("split=Country"))
    page.wait_for_function(
        "document.querySelectorAll('.js-plotly-plot')[0].querySelectorAll('.trace').length === 5"
    )
    again = view(page.url)
    assert again.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").count() == 5


def test_the_data_behind_a_chart_comes_as_csv(view: View, address: str, tmp_path: Path):
    page = view(f"{address}/?period=All")
    with page.expect_download() as waiting:
        page.locator("[data-testid='stDownloadButton'] button").nth(1).click()
    waiting.value.save_as(tmp_path / "trend.csv")
    assert waiting.value.suggested_filename == "trend_dau_v1.csv"
    rows = pl.read_csv(tmp_path / "trend.csv")
    assert rows.height == DAYS
    assert rows["trailing"][-1] == pytest.approx(rows["daily"].tail(7).mean())


def test_freshness_unfolds_into_the_tables_of_the_lake(view: View, address: str):
    page = view(address)
    page.get_by_text("Freshness and checks").click()
    tables = page.wait_for_selector("[data-testid='stPopoverBody'] [data-testid='stDataFrame']")
    assert tables is not None
    assert tables.is_visible()


def test_an_empty_lake_shows_a_sentence_and_no_traceback(view: View, tmp_path: Path):
    with served(tmp_path / "lake", tmp_path) as empty:
        page = view(empty, charts=0)
        assert "make demo" in page.locator("[data-testid='stAlert']").inner_text()
        assert page.locator("[data-testid='stException']").count() == 0
