from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from analytics_platform.metrics import METRICS
from analytics_platform_tests.dashboards.kpi_lake import DAYS, FIRST_DAY, kpi_rows
from dashboards import cards, series
from dashboards.cards import FIRST_SCREEN, Card
from dashboards.comparisons import Change

LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def kpis() -> pl.DataFrame:
    return kpi_rows()


def overall(kpis: pl.DataFrame) -> pl.DataFrame:
    return series.segment_days(kpis, "overall", "all", LAST_DAY)


def last(kpis: pl.DataFrame, days: int) -> pl.DataFrame:
    return kpis.filter(pl.col("dimension") == "overall").sort("event_date").tail(days)


def test_a_level_shows_its_last_day_and_a_flow_its_last_seven(kpis: pl.DataFrame):
    dau, new_users = cards.cards(kpis, ["dau", "new_users"], overall(kpis))
    assert dau.value == f"{last(kpis, 1)['dau'].item():,}"
    assert new_users.value == f"{last(kpis, 7)['new_users'].sum():,}"


def test_a_ratio_shows_the_ratio_of_sums_of_seven_days_with_its_n(kpis: pl.DataFrame):
    (found,) = cards.cards(kpis, ["retention_7d"], overall(kpis))
    week = last(kpis, 7)
    cohort, retained = week["cohort_7d"].sum(), week["retained_7d"].sum()
    assert found.value == f"{100 * retained / cohort:.1f}%"
    assert f"n = {cohort:,}" in found.help


def test_a_card_says_the_definition_the_week_before_and_which_way_is_good(kpis: pl.DataFrame):
    found = cards.card(kpis, METRICS["cancellations"], overall(kpis))
    assert METRICS["cancellations"].description in found.help
    assert "Seven days before: " in found.help
    assert "Noise alone would give" in found.help
    assert "Lower is better." in found.help


@pytest.mark.parametrize(
    ("direction", "after", "verdict"),
    [
        ("up", 200.0, "better"),
        ("up", 50.0, "worse"),
        ("down", 200.0, "worse"),
        ("down", 50.0, "better"),
        ("neutral", 200.0, "neutral"),
        ("up", 101.0, "neutral"),
    ],
)
def test_only_a_change_beyond_noise_is_good_or_bad(
    kpis: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, direction: str, after: float, verdict: str
):
    monkeypatch.setattr(cards, "change", lambda *_: Change(100.0, after, 90.0, 110.0, 7))
    metric = replace(METRICS["new_users"], direction=direction)
    assert cards.card(kpis, metric, overall(kpis)).verdict == verdict


def test_a_metric_that_was_never_recorded_has_no_data_rather_than_zero():
    quiet = kpi_rows(quiet=True)
    found = cards.cards(quiet, ["ratings", "satisfied_share", "conversions"], overall(quiet))
    assert {(one.value, one.delta, one.sparkline) for one in found} == {("No data", None, ())}
    assert not any(one.is_recorded for one in found)


def test_a_ratio_below_its_minimum_n_says_too_few():
    small = kpi_rows(users=10)
    found = cards.card(small, METRICS["retention_7d"], overall(small))
    assert found.value == "Too few"
    assert found.comparison.endswith(f"of {METRICS['retention_7d'].minimum_n}")
    assert found.is_recorded


def test_a_segment_without_days_has_no_data_yet(kpis: pl.DataFrame):
    before = series.segment_days(kpis, "overall", "all", FIRST_DAY - timedelta(days=1))
    found = cards.card(kpis, METRICS["dau"], before)
    assert (found.value, found.comparison) == ("No data", "not yet")


def test_a_week_with_missing_days_is_not_compared(kpis: pl.DataFrame):
    holes = kpis.filter(pl.col("event_date") != LAST_DAY - timedelta(days=2))
    found = cards.card(holes, METRICS["new_users"], overall(holes))
    assert found.delta is None
    assert found.verdict == "neutral"


def shown(label: str, *, delta: str, change: Change | None) -> Card:
    metric = replace(METRICS["dau"], label=label)
    return Card(metric, "1", delta, "in a week", "neutral", (), "", change)


def test_the_finding_names_what_moved_beyond_noise():
    still, moved = Change(100, 101, 90, 110, 9), Change(100, 200, 90, 110, 9)
    assert (
        cards.week_in_words(
            [
                shown("Daily active users", delta="+1.0%", change=still),
                shown("D7 retention", delta="+3.0 pp", change=moved),
                shown("New users", delta="+100.0%", change=moved),
            ]
        )
        == "More than noise in a week: D7 retention +3.0 pp and new users +100.0%"
    )


def test_the_finding_admits_noise_and_ignorance():
    still, unknown = Change(100, 101, 90, 110, 9), Change(100, 200, None, None, 2)
    quiet = [shown("Users", delta="+1.0%", change=still)]
    young = [shown("Users", delta="+100.0%", change=unknown)]
    assert cards.week_in_words(quiet) == "No key metric moved by more than noise in the last week"
    assert cards.week_in_words(young) == "Too few days of data to tell a change from noise"
    assert cards.week_in_words([]) == "Too few days of data to tell a change from noise"


def test_every_metric_of_the_daily_kpis_has_exactly_one_place(kpis: pl.DataFrame):
    placed = [*FIRST_SCREEN, *cards.others()]
    assert len(placed) == len(set(placed))
    assert set(METRICS) - set(placed) == {"adoption_rate", "repeat_rate"}
    assert len(cards.cards(kpis, placed, overall(kpis))) == len(placed)


def test_cards_can_be_downloaded_as_rows(kpis: pl.DataFrame):
    rows = cards.as_rows(cards.cards(kpis, ["dau", "retention_7d"], overall(kpis)))
    assert rows["metric"].to_list() == ["dau", "retention_7d"]
    assert rows["after"][0] == last(kpis, 1)["dau"].item()


def test_unrecorded_metrics_are_named_in_a_sentence(kpis: pl.DataFrame):
    quiet = kpi_rows(quiet=True)
    few = cards.cards(quiet, ["dau", "ratings", "renewals"], overall(quiet))
    assert cards.unrecorded_in_words(few) == "Never recorded in this lake: ratings and renewals."
    assert cards.unrecorded_in_words(cards.cards(kpis, ["dau"], overall(kpis))) == ""
