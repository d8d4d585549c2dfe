"""The tables from a lake: what adds up, what is said of what is missing, and earlier forecasts kept."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics_platform.forecasts.build import VINTAGES, built, with_vintages
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar
from analytics_platform.forecasts.product_series import TARGETS
from analytics_platform.forecasts.tables import BACKTESTS_TABLE, CALENDAR_TABLE, FORECASTS, FORECASTS_TABLE
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.forecasts.grown_lake import LAST_DAY, grown

SEGMENTS = {("overall", "all"), ("role", "student"), ("role", "teacher")}
WITHOUT_PROPHET = [target for target in TARGETS if "prophet" not in target.methods]
KEY = ["made_on_date", "metric", "dimension", "segment", "model", "event_date"]
SERIES = ["metric", "dimension", "segment"]


def rows(lake: Lake, table: str) -> pl.DataFrame:
    return lake.scan(table).collect()


def test_every_series_has_each_method_and_one_champion(forecast_lake: Lake):
    found = rows(forecast_lake, FORECASTS_TABLE)
    assert set(found.select(SERIES).unique().iter_rows()) == {
        (target.metric, *segment) for target in TARGETS for segment in SEGMENTS
    }
    assert found.select(KEY).is_unique().all()
    champions = found.filter("is_champion").group_by(SERIES).agg(pl.col("model").n_unique(), pl.len())
    assert champions.select("model", "len").unique().rows() == [(1, 28)]
    assert found["made_on_date"].unique().to_list() == [LAST_DAY]
    horizon = pl.duration(days="horizon_days")
    assert found.select((pl.col("made_on_date") + horizon == pl.col("event_date")).all()).item()


def test_roles_sum_to_the_total_in_every_method(forecast_lake: Lake):
    found = rows(forecast_lake, FORECASTS_TABLE).filter(pl.col("metric") != "retention_7d")
    sums = found.group_by("metric", "model", "event_date").agg(
        pl.col("forecast").filter(dimension="overall").sum().alias("total"),
        pl.col("forecast").filter(dimension="role").sum().alias("parts"),
    )
    assert sums.select(((pl.col("total") - pl.col("parts")).abs() < 1e-6).all()).item()


def test_a_forecast_is_about_as_large_as_what_came_before(forecast_lake: Lake):
    kpis = rows(forecast_lake, "behaviour.kpi_daily").filter(dimension="overall").sort("event_date")
    found = rows(forecast_lake, FORECASTS_TABLE).filter("is_champion", metric="dau", dimension="overall")
    recent = kpis["dau"].tail(28).sum()
    assert 0.9 * recent < found["forecast"].sum() < 1.3 * recent


def test_back_tests_are_of_all_and_of_each_week(forecast_lake: Lake):
    found = rows(forecast_lake, BACKTESTS_TABLE)
    assert set(found["horizon_days"].unique()) == {None, 7, 14, 21, 28}
    naive = found.filter(pl.col("model") == "seasonal_naive", pl.col("owa").is_not_null())
    assert naive["owa"].to_list() == pytest.approx([1.0] * naive.height)
    assert found.filter(metric="dau", model="prophet").height == 15
    assert found.filter("is_default")["model"].unique().to_list() == ["calendar_ets"]


def test_the_same_lake_gives_the_same_rows(forecast_lake: Lake, grown_lake: Lake):
    again = built(DuckDBEngine(grown_lake), load_calendar(SHIPPED), LAST_DAY, WITHOUT_PROPHET)
    metrics = [target.metric for target in WITHOUT_PROPHET]
    for table in (FORECASTS_TABLE, BACKTESTS_TABLE, CALENDAR_TABLE):
        stored, made = rows(forecast_lake, table), pl.DataFrame(again[table])
        if table != CALENDAR_TABLE:
            stored = stored.filter(pl.col("metric").is_in(metrics))
        clock = ["seconds_per_fit"] if table == BACKTESTS_TABLE else []
        assert_frame_equal(stored.drop(clock), made.drop(clock))


def test_the_calendar_is_that_of_the_users_countries(forecast_lake: Lake):
    found = rows(forecast_lake, CALENDAR_TABLE)
    assert set(found["country"].unique()) == {None, "US", "DE", "GB"}
    assert found.filter(name="Thanksgiving")["share"].item() == pytest.approx(1 / 3, abs=0.05)
    assert found["first_date"].min() >= day(0)


def test_a_product_without_subscriptions_says_so(tmp_path: Path):
    lake = grown(tmp_path, teachers=False, sells=False)
    found = built(DuckDBEngine(lake), load_calendar(SHIPPED), LAST_DAY, WITHOUT_PROPHET)
    tests = pl.DataFrame(found[BACKTESTS_TABLE])
    reasons = tests.filter(pl.col("reason").is_not_null())
    assert set(reasons["metric"]) == {"trial_starts", "conversions", "active_subscribers"}
    assert set(reasons["reason"]) == {"It was never above zero."}
    forecasts = pl.DataFrame(found[FORECASTS_TABLE])
    assert set(forecasts["segment"].unique()) == {"all", "student"}


def test_a_short_history_has_a_forecast_without_intervals_and_a_shorter_one_none(grown_lake: Lake):
    found = built(DuckDBEngine(grown_lake), load_calendar(SHIPPED), day(40))
    dau = pl.DataFrame(found[FORECASTS_TABLE]).filter(metric="dau", dimension="overall")
    assert dau["low_95"].null_count() == dau.height > 0
    assert dau["reason"].null_count() == 0
    none = built(DuckDBEngine(grown_lake), load_calendar(SHIPPED), day(20))
    assert none[FORECASTS_TABLE].num_rows == 0
    assert "takes 28" in str(none[BACKTESTS_TABLE]["reason"][0])


def test_earlier_champions_are_kept_and_the_same_day_is_replaced(own_forecast_lake: Lake):
    stored = rows(own_forecast_lake, FORECASTS_TABLE)
    later = stored.with_columns(made_on_date=pl.col("made_on_date") + timedelta(days=7))
    both = pl.DataFrame(with_vintages(own_forecast_lake, later.to_arrow().cast(FORECASTS)))
    earlier = both.filter(pl.col("made_on_date") == LAST_DAY)
    assert earlier.height == stored.filter("is_champion").height
    assert both.height == stored.height + earlier.height
    same = with_vintages(own_forecast_lake, stored.to_arrow().cast(FORECASTS))
    assert same.num_rows == stored.height


def test_only_the_last_vintages_are_kept(own_forecast_lake: Lake):
    stored = rows(own_forecast_lake, FORECASTS_TABLE).filter(metric="dau")
    for week in range(1, VINTAGES + 4):
        later = stored.with_columns(made_on_date=pl.col("made_on_date") + timedelta(days=7 * week))
        made = with_vintages(own_forecast_lake, later.to_arrow().cast(FORECASTS))
        own_forecast_lake.replace(FORECASTS_TABLE, [made], FORECASTS)
    found = rows(own_forecast_lake, FORECASTS_TABLE)
    assert found["made_on_date"].n_unique() == VINTAGES + 1
