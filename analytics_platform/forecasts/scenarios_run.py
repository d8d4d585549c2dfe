"""From a lake to scenarios: reads the record and the forecasts, fits the growth model, tells the tables."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
from threadpoolctl import threadpool_limits

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.scenarios import TABLES, scenario_tables
from analytics_platform.forecasts.scenarios_definitions import Scenarios, load_scenarios
from analytics_platform.forecasts.scenarios_growth import REPLICATES, Growth, fit
from analytics_platform.forecasts.scenarios_levels import FORECASTS, Levels, levels_of, new_users
from analytics_platform.forecasts.scenarios_record import EXPERIMENTS, record
from analytics_platform.lakehouse import Engine, Lake, Window

MINIMUM_DAYS = 28
"""Of record; below, rates by weekday would be guesses."""


@threadpool_limits.wrap(limits=1)  # as in back-tests
def scenarios_of(
    lake: Lake, engine: Engine, path: Path | None, price_usd: float, replicates: int = REPLICATES
) -> dict[str, pa.Table]:
    """All tables of scenarios; empty ones where the record is too short.

    Args:
        lake: holds forecasts and experiments, or lacks them.
        engine: answers over it.
        path: the file of scenarios; None: the platform's own.
        price_usd: what a subscriber pays a month (US dollars).
        replicates: of the bootstrap.

    Raises:
        AnalyticsError: the file says something wrong.
    """
    definitions = load_scenarios(path)
    days = _days(lake)
    if days is None or len(days) < MINIMUM_DAYS:
        return {table: schema.empty_table() for table, schema in TABLES.items()}
    return scenario_tables(*fitted(lake, engine, definitions, price_usd, replicates))


def fitted(
    lake: Lake, engine: Engine, definitions: Scenarios, price_usd: float, replicates: int = REPLICATES
) -> tuple[Growth, Scenarios, Levels]:
    """The growth model of a lake, with the scenarios and the forecasts to tell them by.

    Raises:
        AnalyticsError: the record is too short.
    """
    days = _days(lake)
    if days is None or len(days) < MINIMUM_DAYS:
        there = "no day" if days is None else str(days)
        raise AnalyticsError(
            f"Scenarios need {MINIMUM_DAYS} days of activity.user_days; the lake holds {there}: "
            "build more with `analytics-platform run`."
        )
    has_experiments = all(lake.exists(table) for table in EXPERIMENTS)
    names = definitions.experiments if has_experiments else ()
    history = record(engine, days.first_day, days.last_day, names)
    rows = lake.scan(FORECASTS).collect().to_dicts() if lake.exists(FORECASTS) else []
    levels = levels_of(rows, price_usd)
    ahead = [days.last_day + timedelta(days=day) for day in range(1, definitions.horizon_days + 1)]
    growth = fit(
        history,
        definitions.window_days,
        replicates,
        new_days=new_users(levels, ahead),
        price=price_usd,
        trial_days=definitions.assumptions.trial_days,
    )
    return growth, definitions, levels


def _days(lake: Lake) -> Window | None:
    """From the first to the last day of `activity.user_days`; None where it is empty."""
    held = lake.days("activity.user_days")
    return Window(held[0], held[-1]) if held else None
