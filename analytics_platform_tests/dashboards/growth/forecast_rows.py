"""A lake with what the Growth page reads of forecasts: KPIs of a product, forecasts with known numbers."""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from analytics_platform.forecasts.subscriptions import SUBSCRIPTIONS, SUBSCRIPTIONS_TABLE
from analytics_platform.forecasts.tables import (
    BACKTESTS,
    BACKTESTS_TABLE,
    CALENDAR,
    CALENDAR_TABLE,
    FORECASTS,
    FORECASTS_TABLE,
)
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.kpi_lake import DAYS, FIRST_DAY, write_lake

Row = dict[str, Any]

LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
SEGMENTS = {("overall", "all"): 1.0, ("role", "student"): 0.88, ("role", "teacher"): 0.12}
LEVELS = {50: 0.1, 80: 0.2, 95: 0.4}
MODELS = {"calendar_ets": 0.6, "ets": 0.9, "seasonal_naive": 1.0}


def ahead(day: int) -> date:
    return LAST_DAY + timedelta(days=day)


def limits(value: float) -> Row:
    """Intervals of 10, 20 and 40 % around a value."""
    return {
        f"{end}_{level}": value * (1 + side * reach)
        for level, reach in LEVELS.items()
        for end, side in (("low", -1), ("high", 1))
    }


def forecasts(metric: str = "dau", level: float = 3000.0) -> list[Row]:
    """The level of everybody, on each of 28 days, times the share of the segment and the model's error."""
    return [
        {
            "metric": metric,
            "dimension": segment[0],
            "segment": segment[1],
            "model": model,
            "made_on_date": LAST_DAY,
            "event_date": ahead(day),
            "horizon_days": day,
            "forecast": level * share,
            "is_champion": model == "calendar_ets",
            "training_days": DAYS,
            "reason": None,
            **limits(level * share),
        }
        for segment, share in SEGMENTS.items()
        for model in MODELS
        for day in range(1, 29)
    ]


def backtests(metric: str = "dau") -> list[Row]:
    return [
        {
            "metric": metric,
            "dimension": segment[0],
            "segment": segment[1],
            "model": model,
            "horizon_days": days,
            "owa": owa,
            "mase": 2 * owa,
            "smape": owa * (0.2 if days is None else 0.01 * days),
            "bias": 0.0,
            "coverage_50": 0.5,
            "coverage_80": 0.81,
            "coverage_95": 0.94,
            "origins": 13,
            "origins_judged": 7,
            "is_champion": model == "calendar_ets",
            "is_default": model == "calendar_ets",
            "reason": None,
        }
        for segment in SEGMENTS
        for model, owa in MODELS.items()
        for days in (None, 7, 14, 21, 28)
    ]


def events() -> list[Row]:
    def event(name: str, kind: str, share: float, first: date, last: date, country: str | None = None) -> Row:
        return {
            "name": name,
            "kind": kind,
            "country": country,
            "share": share,
            "first_date": first,
            "last_date": last,
        }

    return [
        event("Winter break", "break", 0.4, ahead(-9), ahead(3), "US"),
        event("Mocks", "exam", 0.2, ahead(10), ahead(16), "GB"),
        event("Regatta", "break", 0.02, ahead(5), ahead(6), "AU"),
        event("Long ago", "break", 1.0, date(2025, 9, 2), date(2025, 9, 3)),
    ]


def subscriptions() -> list[Row]:
    """400 subscribers that grow by two a day, at 10 dollars."""
    rows: list[Row] = []
    for segment, share in SEGMENTS.items():
        for day in range(1 - DAYS, 29):
            values = {
                "trial_starts": 30.0 * share,
                "conversions": 3.0 * share,
                "cancellations": 1.0 * share,
                "active_subscribers": (400.0 + 2 * day) * share,
                "mrr_usd": 10 * (400.0 + 2 * day) * share,
            }
            rows += [
                {
                    "dimension": segment[0],
                    "segment": segment[1],
                    "metric": metric,
                    "is_forecast": day > 0,
                    "value": value,
                    "event_date": ahead(day),
                    **(limits(value) if day > 0 else dict.fromkeys(limits(value))),
                }
                for metric, value in values.items()
            ]
    return rows


def write_forecasts(lake: Lake) -> None:
    """KPIs and every table of forecasts that the page reads."""
    write_lake(lake)
    tables = {
        FORECASTS_TABLE: (forecasts() + forecasts("retention_7d", 0.25), FORECASTS),
        BACKTESTS_TABLE: (backtests() + backtests("retention_7d"), BACKTESTS),
        CALENDAR_TABLE: (events(), CALENDAR),
        SUBSCRIPTIONS_TABLE: (subscriptions(), SUBSCRIPTIONS),
    }
    for table, (rows, schema) in tables.items():
        lake.replace(table, [pa.Table.from_pylist(rows, schema)], schema)


def past(level: float = 2500.0) -> dict[date, float | None]:
    """What came, the same on each day."""
    return {FIRST_DAY + timedelta(days=at): level for at in range(DAYS)}
