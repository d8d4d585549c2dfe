"""The tables of scenarios, from a lake; their checks, which find the faults planted for them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform import forecasts
from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.growth_states import REPORTED
from analytics_platform.forecasts.scenarios import LEVERS, TABLES
from analytics_platform.forecasts.scenarios_definitions import load_scenarios
from analytics_platform.forecasts.scenarios_run import fitted, scenarios_of
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.workspace import VIEWS
from analytics_platform_tests.derived_rows import days, user_day, write_user_days
from analytics_platform_tests.forecasts.scenario_lake import forecasts_of, write_product, write_scenarios

CHECKS = {check.name: check for check in forecasts.CHECKS if check.table in TABLES}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("scenarios") / "lake")
    write_product(lake)
    forecasts_of(lake, 1000.0)
    write_scenarios(lake)
    return lake


def frame(lake: Lake, table: str) -> pl.DataFrame:
    return lake.scan(table).collect()


def test_each_scenario_is_told_by_day_and_metric_and_one_without_evidence_says_why(made: Lake):
    rows = frame(made, "forecasts.scenarios")
    told = rows.filter(pl.col("scenario_id") == "more_signups", pl.col("metric") == "dau").sort("event_date")
    assert told["horizon_days"].to_list() == list(range(1, 29))
    assert (told["ratio"] > 1).all()
    (launch,) = rows.filter(pl.col("scenario_id") == "study_groups_for_all").to_dicts()
    assert launch["reason"].startswith("Nobody was exposed to an experiment 'study_groups'")
    assert launch["ratio"] is None


def test_a_level_is_the_forecast_times_the_ratio_and_its_interval_holds_both(made: Lake):
    row = (
        frame(made, "forecasts.scenarios")
        .filter(
            pl.col("scenario_id") == "more_signups", pl.col("metric") == "dau", pl.col("horizon_days") == 28
        )
        .row(0, named=True)
    )
    assert row["baseline"] == 1000.0
    assert row["baseline_source"] == "forecast"
    assert row["scenario"] == pytest.approx(1000 * row["ratio"])
    assert row["difference"] == pytest.approx(row["scenario"] - 1000)
    assert row["scenario_high_80"] / row["scenario"] > max(1.2, row["ratio_high_80"] / row["ratio"])


def test_without_a_forecast_the_growth_model_gives_the_level_and_no_interval(made: Lake):
    row = (
        frame(made, "forecasts.scenarios")
        .filter(pl.col("scenario_id") == "baseline", pl.col("metric") == "wau")
        .row(0, named=True)
    )
    assert row["baseline_source"] == "growth_model"
    assert row["baseline"] > 0
    assert row["scenario_low_80"] is None
    assert row["ratio"] == 1.0


def test_levels_go_on_where_a_short_forecast_ends(tmp_path: Path, made: Lake):
    lake = Lake(shutil.copytree(made.root, tmp_path / "lake"))
    forecasts_of(lake, 1000.0, horizon=14)
    rows = pl.DataFrame(
        scenarios_of(lake, DuckDBEngine(lake, VIEWS), None, 10.0, replicates=8)["forecasts.scenarios"]
    )
    own = rows.filter(pl.col("scenario_id") == "baseline", pl.col("metric") == "dau").sort("event_date")
    assert own["baseline_source"].to_list() == ["forecast"] * 14 + ["growth_model"] * 14
    assert own["baseline"][14:21].mean() == pytest.approx(1000, rel=0.15)


def test_levers_are_told_at_every_step_and_grow_with_it(made: Lake):
    rows = frame(made, "forecasts.scenario_levers").filter(pl.col("metric") == "dau")
    last = rows.filter(pl.col("event_date") == pl.col("event_date").max())
    for lever, steps in LEVERS.items():
        own = last.filter(pl.col("lever") == lever).sort("change")
        assert own["change"].to_list() == pytest.approx(list(steps))
        if lever in ("acquisition", "nurr", "curr"):
            assert own["ratio"].is_sorted()
    assert "Assumed, not measured" in last.filter(pl.col("lever") == "quality")["source"][0]


def test_rates_come_with_their_data(made: Lake):
    rows = frame(made, "forecasts.growth_rates")
    assert rows.height == 49
    nurr = rows.filter(pl.col("rate") == "nurr")
    assert set(nurr["state"]) == {REPORTED[0]}
    assert nurr["rate_used"].mean() == pytest.approx(0.475, abs=0.05)
    assert (nurr["low_95"] < nurr["high_95"]).all()
    assert sorted(nurr["weekday"]) == list(range(1, 8))


def test_a_quiet_log_without_subscriptions_has_no_money_and_a_short_one_nothing(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    write_user_days(
        lake, [user_day(user, day) for user in range(1, 30) for day in range(0, 40, 1 + user % 5)]
    )
    tables = scenarios_of(lake, DuckDBEngine(lake, VIEWS), None, 10.0, replicates=8)
    assert set(tables["forecasts.scenarios"]["metric"].to_pylist()) == {"dau", "wau", "mau"}
    short = Lake(tmp_path / "short")
    write_user_days(short, [user_day(1, day) for day in range(5)])
    assert all(
        table.num_rows == 0 for table in scenarios_of(short, DuckDBEngine(short, VIEWS), None, 10.0).values()
    )
    with pytest.raises(AnalyticsError, match="Scenarios need 28 days"):
        fitted(short, DuckDBEngine(short, VIEWS), load_scenarios(), 10.0)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_passes_on_what_is_made(made: Lake, name: str):
    assert CHECKS[name].run(DuckDBEngine(made, VIEWS), days(0, 69)).passed


@pytest.mark.parametrize(
    ("name", "table", "fault"),
    [
        ("states_add_up", "scenario_states", pl.col("dormant") + 1),
        ("baseline_changes_nothing", "scenarios", (pl.col("ratio") + 0.1).alias("ratio")),
        ("levers_at_rest_change_nothing", "scenario_levers", (pl.col("ratio") + 0.1).alias("ratio")),
        ("scenario_intervals_ordered", "scenarios", (pl.col("ratio_high_95") - 1).alias("ratio_low_80")),
        ("growth_rates_are_shares", "growth_rates", (pl.col("rate_used") + 1).alias("rate_used")),
    ],
)
def test_a_check_finds_its_fault(made: Lake, tmp_path: Path, name: str, table: str, fault: pl.Expr):
    lake = Lake(shutil.copytree(made.root, tmp_path / "lake"))
    _change(lake, f"forecasts.{table}", lambda rows: rows.with_columns(fault))
    assert not CHECKS[name].run(DuckDBEngine(lake, VIEWS), days(0, 69)).passed


def _change(lake: Lake, table: str, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    schema = lake.snapshot([table]).tables[table].schema
    rows = edit(frame(lake, table)).select(schema.names)
    lake.replace(table, [rows.to_arrow().cast(schema)], schema)
