"""The Revenue view: words, tables and figures, and the view on a lake."""

from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.growth.forecast_rows import (
    LAST_DAY,
    ahead,
    subscriptions,
    write_forecasts,
)
from dashboards.growth import subscribers

APP = Path(__file__).parents[3] / "dashboards" / "app.py"
ALL = ("overall", "all")
PAST, AHEAD = subscribers.of_metric(subscriptions(), "active_subscribers", ALL)
REVENUE = subscribers.of_metric(subscriptions(), "mrr_usd", ALL)[1]


def test_past_and_future_are_told_apart():
    assert (PAST[-1]["event_date"], AHEAD[0]["event_date"], len(AHEAD)) == (LAST_DAY, ahead(1), 28)


def test_the_headline_says_subscribers_and_what_they_pay():
    assert subscribers.headline(PAST, AHEAD, REVENUE) == (
        "456 subscribers expected on Mon 26 Jan 2026, +14.0% on today's 400, worth $4,560 a month"
    )
    assert subscribers.headline(PAST, [], []).startswith("400 subscribers, too young")


def test_the_subtitle_says_how_sure_that_is():
    assert subscribers.subtitle(AHEAD, "Everybody").endswith("between 365 and 547 with 80% probability.")
    blind = [{**row, "low_80": None, "low_95": None} for row in AHEAD]
    assert subscribers.subtitle(blind, "Everybody").endswith("Too few past forecasts tell how sure that is.")
    assert subscribers.fan_of(PAST, blind).limits == {}
    assert subscribers.fan_of(PAST, []).limits == {}


def test_flows_are_of_four_weeks_past_and_to_come():
    assert subscribers.flows(subscriptions(), ALL).rows() == [
        ("Trials started", 840, 840),
        ("Subscriptions begun", 84, 84),
        ("Cancelled", 28, 28),
    ]


def test_few_trials_say_so():
    assert subscribers.cohort_in_words(12, 3) == "Too few trials (12) to say how many convert."
    assert subscribers.cohort_in_words(200, 20) == (
        "10.0% of 200 trials subscribed within 28 days; 180 did not."
    )
    assert "%" not in "".join(subscribers.cohort_chart(12, 3).data[0].text)


def test_the_cohort_is_of_trials_that_had_their_28_days():
    rows = [
        {
            "event_date": ahead(-at),
            "dimension": "overall",
            "segment": "all",
            "trials_28d": 10,
            "converted_28d": 1,
        }
        for at in range(60)
    ]
    assert subscribers.trial_cohort(pl.DataFrame(rows), ALL, LAST_DAY) == (280, 28)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake(tmp_path_factory.mktemp("revenue") / "lake")
    write_forecasts(found)
    return found


def opened() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    page = page.switch_page("app_pages/growth.py").run()
    page.segmented_control(key="view").set_value("Revenue").run()
    return page


def test_the_view_shows_subscribers_the_cohort_and_the_flows(lake: Lake, in_force: Open):
    in_force(lake.root)
    page = opened()
    assert not page.exception
    assert page.subheader[0].value.startswith("456 subscribers expected on Mon 26 Jan 2026")
    assert "worth \\$4,560" in page.subheader[0].value
    assert len(page.get("plotly_chart")) == 2
    assert page.dataframe[0].value.shape == (3, 3)


def test_a_product_without_subscriptions_says_so(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    page = opened()
    assert not page.exception
    assert page.info[0].value.startswith("No subscriptions here")
