"""The tables `forecasts.forecasts` and `forecasts.backtests`, from the lake."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pyarrow as pa

from analytics_platform.forecasts.backtest import HORIZON
from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.outlook import Row, forecast_rows, missing_row, outlooks, test_rows
from analytics_platform.forecasts.product_series import (
    OVERALL,
    TARGETS,
    Segment,
    Target,
    read_families,
    read_users_by_country,
    why_not,
)
from analytics_platform.forecasts.series import Series
from analytics_platform.forecasts.tables import (
    BACKTESTS,
    BACKTESTS_TABLE,
    CALENDAR,
    CALENDAR_TABLE,
    FORECASTS,
    FORECASTS_TABLE,
)
from analytics_platform.lakehouse import Engine, Lake

VINTAGES = 12
"""Earlier days of making whose champions are kept, to be held against what came."""

KEY = ["made_on_date", "metric", "dimension", "segment", "model", "event_date"]


def calendar_of(engine: Engine, calendar: Calendar, last_day: date) -> Calendar:
    """The calendar weighed by the countries of the active users, unless it brings its own weights."""
    return calendar if calendar.weights else calendar.weighted(read_users_by_country(engine, last_day))


def built(
    engine: Engine, calendar: Calendar, last_day: date, targets: Sequence[Target] = TARGETS
) -> dict[str, pa.Table]:
    """Forecasts, back-tests and the calendar that they knew, made on a reporting day.

    Args:
        engine: answers from `behaviour.kpi_daily`.
        calendar: events known beforehand.
        last_day: last reporting day known.
        targets: metrics to forecast.
    """
    known = calendar_of(engine, calendar, last_day)
    forecasts: list[Row] = []
    tests: list[Row] = []
    families = read_families(engine, last_day)
    for target in targets:
        family = families[target.metric]
        found = outlooks(family, target.calendar(known), target.methods, adds_up=target.adds_up)
        for segment, outlook in found.items():
            forecasts += forecast_rows(target.metric, segment, outlook)
            tests += test_rows(target.metric, segment, outlook)
        for segment in family or [OVERALL]:
            reason = why_not(family.get(segment))
            if reason is not None:
                tests.append(missing_row(target.metric, segment, reason))
    return {
        FORECASTS_TABLE: pa.Table.from_pylist(forecasts, FORECASTS),
        BACKTESTS_TABLE: pa.Table.from_pylist(tests, BACKTESTS),
        CALENDAR_TABLE: pa.Table.from_pylist(_events(known, families, last_day), CALENDAR),
    }


def _events(
    calendar: Calendar, families: Mapping[str, Mapping[Segment, Series]], last_day: date
) -> list[Row]:
    first_day = min(
        (series.first_day for family in families.values() for series in family.values()), default=last_day
    )
    span = (last_day - first_day).days + 1 + HORIZON
    days = [first_day + timedelta(days=at) for at in range(span)]
    return [
        {
            "name": event.name,
            "kind": event.kind,
            "country": event.country,
            "share": share,
            "first_date": first,
            "last_date": last,
        }
        for event, share, first, last in calendar.occurrences(days)
    ]


def with_vintages(lake: Lake, newest: pa.Table) -> pa.Table:
    """The newest forecasts, and the champions' of the days of making before, as far as they are kept."""
    fresh = pl.DataFrame(newest)
    if not lake.exists(FORECASTS_TABLE) or fresh.is_empty():
        return newest
    stored = lake.scan(FORECASTS_TABLE).filter(
        pl.col("is_champion") & (pl.col("made_on_date") < fresh["made_on_date"].max())
    )
    earlier = stored.collect()
    kept = sorted(earlier["made_on_date"].unique())[-VINTAGES:]
    rows = pl.concat([earlier.filter(pl.col("made_on_date").is_in(kept)), fresh], how="diagonal_relaxed")
    return rows.select(FORECASTS.names).sort(KEY).to_arrow().cast(FORECASTS)
