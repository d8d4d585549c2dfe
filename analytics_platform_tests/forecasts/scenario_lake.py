"""A lake with the user days of the made-up product, and its scenarios."""

from datetime import timedelta

import pyarrow as pa

from analytics_platform.forecasts.scenarios_run import scenarios_of
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.workspace import VIEWS
from analytics_platform_tests.derived_rows import user_day, write_user_days
from analytics_platform_tests.forecasts.small_product import product


def write_product(lake: Lake, users: int = 1200, days: int = 70) -> None:
    """User days of the product, with its subscriptions."""
    history = product(users=users, days=days)
    begun = set(zip(*history.conversions.tolist(), strict=True))
    pairs = zip(history.users.tolist(), history.days.tolist(), strict=True)
    rows = [user_day(user + 1, day, conversions=int((user, day) in begun)) for user, day in pairs]
    write_user_days(lake, rows)


def write_scenarios(lake: Lake) -> dict[str, pa.Table]:
    """The tables of scenarios, kept in the lake."""
    tables = scenarios_of(lake, DuckDBEngine(lake, VIEWS), None, 10.0, replicates=8)
    for table, rows in tables.items():
        lake.replace(table, [rows], rows.schema)
    return tables


def forecasts_of(lake: Lake, value: float, horizon: int = 28) -> None:
    """A flat forecast of daily users for the days after the lake's last."""
    last = lake.days("activity.user_days")[-1]
    rows = [
        {
            "metric": "dau",
            "dimension": "overall",
            "segment": "all",
            "is_champion": True,
            "made_on_date": last,
            "event_date": last + timedelta(days=ahead),
            "forecast": value,
            "low_95": value * 0.7,
            "low_80": value * 0.8,
            "high_80": value * 1.2,
            "high_95": value * 1.3,
        }
        for ahead in range(1, horizon + 1)
    ]
    table = pa.Table.from_pylist(rows)
    lake.replace("forecasts.forecasts", [table], table.schema)
