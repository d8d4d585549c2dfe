"""Subscriptions so far and to come, from a lake."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.forecasts.calendar import NO_CALENDAR
from analytics_platform.forecasts.subscriptions import (
    SUBSCRIPTIONS,
    SUBSCRIPTIONS_TABLE,
    TRIALS,
    subscription_rows,
)
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import billing_day, day, write_user_days
from analytics_platform_tests.forecasts.grown_lake import LAST_DAY, grown

SERIES = ["dimension", "segment", "metric"]


@pytest.fixture(scope="module")
def found(forecast_lake: Lake) -> pl.DataFrame:
    return forecast_lake.scan(SUBSCRIPTIONS_TABLE).collect().sort(*SERIES, "event_date")


def of(found: pl.DataFrame, metric: str) -> pl.DataFrame:
    return found.filter(metric=metric, dimension="overall")


def test_the_past_is_what_the_kpis_say(found: pl.DataFrame, forecast_lake: Lake):
    kpis = forecast_lake.scan("behaviour.kpi_daily").filter(dimension="overall").collect().sort("event_date")
    for metric in ("trial_starts", "conversions", "cancellations", "active_subscribers"):
        past = of(found, metric).filter(~pl.col("is_forecast"))
        assert past["value"].to_list() == kpis[metric].to_list()


def test_subscribers_to_come_are_those_before_plus_conversions_less_cancellations(found: pl.DataFrame):
    for key, part in found.partition_by("dimension", "segment", as_dict=True).items():
        flows = part.pivot("metric", index=["event_date", "is_forecast"], values="value").sort("event_date")
        step = flows["active_subscribers"].diff() - flows["conversions"] + flows["cancellations"]
        off = step.filter(flows["is_forecast"])
        assert (off.abs() < 1e-9).all(), key


def test_roles_sum_to_the_total(found: pl.DataFrame):
    sums = found.group_by("metric", "event_date").agg(
        pl.col("value").filter(dimension="overall").sum().alias("total"),
        pl.col("value").filter(dimension="role").sum().alias("parts"),
    )
    assert sums.select((pl.col("total") - pl.col("parts")).abs().max()).item() < 1e-6


def test_revenue_is_subscribers_times_the_price(found: pl.DataFrame):
    pairs = of(found, "mrr_usd").join(of(found, "active_subscribers"), on="event_date", suffix="_users")
    for end in ("value", "low_80", "high_95"):
        assert pairs.select((pl.col(end) - 9.99 * pl.col(f"{end}_users")).abs().max()).item() < 1e-9


def test_intervals_are_nested_around_what_is_expected(found: pl.DataFrame):
    ahead = found.filter("is_forecast")
    ordered = ["low_95", "low_80", "low_50", "value", "high_50", "high_80", "high_95"]
    assert ahead["low_95"].null_count() == 0
    for lower, upper in pairwise(ordered):
        assert ahead.select((pl.col(lower) <= pl.col(upper) + 1e-9).all()).item(), (lower, upper)


def test_a_month_ahead_is_foreseen_within_a_tenth(grown_lake: Lake):
    as_of = LAST_DAY - timedelta(days=28)
    rows = subscription_rows(DuckDBEngine(grown_lake), NO_CALENDAR, 1.0, as_of)
    ahead = of(pl.DataFrame(pa.Table.from_pylist(rows, SUBSCRIPTIONS)), "active_subscribers").filter(
        "is_forecast"
    )
    came = grown_lake.scan("behaviour.kpi_daily").filter(dimension="overall", event_date=LAST_DAY).collect()
    assert ahead["event_date"].max() == LAST_DAY
    assert ahead["value"][-1] == pytest.approx(came["active_subscribers"].item(), rel=0.1)


def test_a_product_without_subscriptions_has_no_rows(tmp_path_factory: pytest.TempPathFactory):
    lake = grown(tmp_path_factory.mktemp("free"), sells=False)
    assert subscription_rows(DuckDBEngine(lake), NO_CALENDAR, 1.0, LAST_DAY) == []


def test_a_conversion_belongs_to_the_last_trial_before_it(tmp_path: Path):
    """Three trials of one user and one conversion: it counts once, for the second trial."""
    lake = Lake(tmp_path / "lake")
    billing = [(1, "trial_starts"), (20, "trial_starts"), (34, "conversions"), (50, "trial_starts")]
    write_user_days(lake, [billing_day(7, at, **{name: 1}) for at, name in billing])
    found = DuckDBEngine(lake).query(TRIALS, {"last_day": day(60)}).to_pylist()
    assert [(row["trial_date"], row["age_days"], row["users"]) for row in found] == [
        (day(1), None, 1),
        (day(20), 14, 1),
        (day(50), None, 1),
    ]


def test_a_role_that_comes_late_is_judged_on_the_days_that_it_was_there(tmp_path: Path):
    """Until day 110 there are no teachers: none of theirs came then, and the total is what it would be."""
    lake = grown(tmp_path, late_teachers=110)
    rows = subscription_rows(DuckDBEngine(lake), NO_CALENDAR, 1.0, LAST_DAY)
    ahead = pl.DataFrame(pa.Table.from_pylist(rows, SUBSCRIPTIONS)).filter("is_forecast")
    assert set(ahead["segment"]) == {"all", "student", "teacher"}
    assert ahead["low_95"].null_count() == 0
