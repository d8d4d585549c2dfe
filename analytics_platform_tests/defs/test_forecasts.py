"""The forecasts as assets, over a small lake."""

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from analytics_platform.defs import forecasts, launch
from analytics_platform.forecasts.build import built
from analytics_platform.forecasts.product_series import TARGETS
from analytics_platform.forecasts.subscriptions import SUBSCRIPTIONS_TABLE
from analytics_platform.forecasts.tables import BACKTESTS_TABLE, CALENDAR_TABLE, FORECASTS_TABLE
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.forecasts.grown_lake import DAYS, LAST_DAY, grown

TABLES = (FORECASTS_TABLE, BACKTESTS_TABLE, CALENDAR_TABLE, SUBSCRIPTIONS_TABLE)
SELECTED = ",".join(table.replace(".", "/") for table in TABLES)


@pytest.fixture(scope="module")
def _once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grown(tmp_path_factory.mktemp("grown")).root


@pytest.fixture
def lake(_once: Path, settings_in_force: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS))
    monkeypatch.setenv("ANALYTICS_SOURCE", "simulation")
    monkeypatch.setenv("ANALYTICS_SUBSCRIPTION_PRICE_USD", "20")
    # Two metrics tell all that the assets have to do with; the methods have their own tests.
    few = [target for target in TARGETS if target.metric in ("new_users", "retention_7d")]
    monkeypatch.setattr(forecasts, "built", partial(built, targets=few))
    root = settings_in_force / "lake"
    shutil.copytree(_once, root, dirs_exist_ok=True)
    return Lake(root)


def test_the_tables_are_written_checked_and_explained(
    lake: Lake, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, settings_in_force: Path
):
    own = "events:\n  - {name: Own break, kind: break, periods: [[2026-01-10, 2026-01-20]]}\n"
    (settings_in_force / "own.yaml").write_text(own)
    monkeypatch.setenv("ANALYTICS_FORECAST_CALENDAR", "own.yaml")
    outcome = launch.run(select=SELECTED, instance=instance)

    assert outcome.succeeded, outcome.error
    assert outcome.failed_checks == ()
    assert lake.scan(FORECASTS_TABLE).collect()["made_on_date"].unique().to_list() == [LAST_DAY]
    event = lake.scan(CALENDAR_TABLE).collect().row(0, named=True)
    assert (event["name"], event["first_date"]) == ("Own break", date(2026, 1, 10))
    today = lake.scan(SUBSCRIPTIONS_TABLE).filter(dimension="overall", event_date=LAST_DAY).collect()
    values = dict(today.select("metric", "value").iter_rows())
    assert values["mrr_usd"] == pytest.approx(20 * values["active_subscribers"])
    for table in TABLES:
        found = instance.get_latest_materialization_event(dg.AssetKey(table.split(".")))
        assert found is not None
        assert found.asset_materialization is not None
        metadata = found.asset_materialization.metadata
        assert metadata["dagster/row_count"].value == lake.scan(table).collect().height
        assert all(column.description for column in metadata["dagster/column_schema"].value.columns)


def test_a_later_run_keeps_what_was_foreseen_before(
    lake: Lake, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    select = ",".join(table.replace(".", "/") for table in TABLES[:3])
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS - 14))
    assert launch.run(select=select, instance=instance).succeeded
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS))
    assert launch.run(select=select, instance=instance).succeeded

    made = lake.scan(FORECASTS_TABLE).collect()
    earlier = made.filter(pl.col("made_on_date") < LAST_DAY)
    assert earlier["is_champion"].all()
    assert earlier["made_on_date"].n_unique() == 1


def test_days_that_are_not_built_are_none_without_users(
    lake: Lake, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS + 14))
    outcome = launch.run(select=SELECTED, instance=instance)

    assert outcome.succeeded, outcome.error
    assert lake.scan(FORECASTS_TABLE).collect()["made_on_date"].unique().to_list() == [LAST_DAY]
    ahead = lake.scan(SUBSCRIPTIONS_TABLE).filter("is_forecast").collect()
    assert ahead["event_date"].min() == LAST_DAY + timedelta(days=1)
