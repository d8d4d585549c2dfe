"""Each check of the forecasts is quiet on sound tables and finds the fault planted for it."""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from analytics_platform.forecasts import CHECKS
from analytics_platform.forecasts.subscriptions import SUBSCRIPTIONS_TABLE
from analytics_platform.forecasts.tables import BACKTESTS_TABLE, FORECASTS_TABLE
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import days
from analytics_platform_tests.forecasts.grown_lake import DAYS

WHOLE = days(0, DAYS - 1)
Edit = Callable[[pl.DataFrame], pl.DataFrame]

FIRST = (pl.col("horizon_days") == 1) & (pl.col("metric") == "dau") & pl.col("is_champion")
TEACHERS = FIRST & (pl.col("segment") == "teacher")
TEACHERS_OF_DAU = (pl.col("metric") == "dau") & (pl.col("segment") == "teacher")


def _set(column: str, where: pl.Expr, value: pl.Expr) -> Edit:
    return lambda rows: rows.with_columns(pl.when(where).then(value).otherwise(column).alias(column))


def _moved_back(factor: float) -> Edit:
    """As if made four weeks earlier, with intervals around the forecast times a factor."""
    early = timedelta(days=28)
    ends = [column for level in (50, 80, 95) for column in (f"low_{level}", f"high_{level}")]
    return lambda rows: rows.with_columns(
        pl.col("made_on_date", "event_date") - early, *(pl.col(name) * factor for name in ("forecast", *ends))
    )


def _judged(**coverage: float) -> Edit:
    """As if so many days of one role's were held, of intervals judged at five origins."""
    return lambda rows: rows.with_columns(
        pl.when(TEACHERS_OF_DAU).then(value).otherwise(name).alias(name)
        for name, value in {"origins_judged": 5, **coverage}.items()
    )


PLANTED = [
    (FORECASTS_TABLE, "roles_add_up", _set("forecast", TEACHERS, pl.col("forecast") * 1.01)),
    (FORECASTS_TABLE, "intervals_nested", _set("low_80", FIRST, pl.col("low_95") - 1)),
    (FORECASTS_TABLE, "intervals_nested", _set("high_50", FIRST, pl.col("forecast") - 1)),
    (FORECASTS_TABLE, "intervals_nested", _set("low_95", FIRST, pl.lit(-1.0))),
    (FORECASTS_TABLE, "one_champion", _set("is_champion", pl.col("model") == "ets", pl.lit(value=True))),
    (FORECASTS_TABLE, "one_champion", _set("is_champion", pl.lit(value=True), pl.lit(value=False))),
    (FORECASTS_TABLE, "forecast_against_actual", _moved_back(9.0)),
    (BACKTESTS_TABLE, "coverage", _judged(coverage_95=0.84)),
    (BACKTESTS_TABLE, "coverage", _judged(coverage_80=0.64)),
    (
        SUBSCRIPTIONS_TABLE,
        "subscribers_add_up",
        _set("value", pl.col("is_forecast") & (pl.col("metric") == "conversions"), pl.col("value") + 1),
    ),
]


def change(lake: Lake, table: str, edit: Edit) -> None:
    schema = lake.snapshot([table]).tables[table].schema
    lake.replace(
        table, [edit(lake.scan(table).collect()).select(schema.names).to_arrow().cast(schema)], schema
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_is_quiet_on_sound_tables(forecast_lake: Lake, check: Check):
    if check.table in {FORECASTS_TABLE, BACKTESTS_TABLE, SUBSCRIPTIONS_TABLE}:
        assert check.run(DuckDBEngine(forecast_lake), WHOLE).examples() == []


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found(own_forecast_lake: Lake, table: str, name: str, edit: Edit):
    change(own_forecast_lake, table, edit)
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    assert not check.run(DuckDBEngine(own_forecast_lake), WHOLE).passed


def test_forecasts_that_held_are_not_accused(own_forecast_lake: Lake):
    """The forecast of the same weekdays four weeks on, less the growth of four weeks, holds what came."""
    change(own_forecast_lake, FORECASTS_TABLE, _moved_back(0.85))
    check = next(check for check in CHECKS if check.name == "forecast_against_actual")
    accused = check.run(DuckDBEngine(own_forecast_lake), WHOLE).examples()
    assert "dau" not in {row["metric"] for row in accused}


def test_every_check_has_a_planted_fault():
    own = {
        check for check in CHECKS if check.table in {FORECASTS_TABLE, BACKTESTS_TABLE, SUBSCRIPTIONS_TABLE}
    }
    assert {(check.table, check.name) for check in own} == {(table, name) for table, name, _ in PLANTED}
