"""The product's daily series that are forecast: which metrics, and how each takes to the calendar.

Belongs here: what is forecast, and reading it from `behaviour.kpi_daily`. Does not: forecasting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from analytics_platform.forecasts.backtest import MINIMUM_DAYS
from analytics_platform.forecasts.calendar import NO_CALENDAR, Calendar
from analytics_platform.forecasts.models import FAST, PROPHET
from analytics_platform.forecasts.series import Series
from analytics_platform.lakehouse import Engine

KPI_DAILY = "behaviour.kpi_daily"

Segment = tuple[str, str]
"""Dimension and its value; `("overall", "all")` for everybody."""

OVERALL: Segment = ("overall", "all")

QUERY = """
SELECT event_date, dimension, segment, {columns}
FROM behaviour.kpi_daily
WHERE dimension IN ('overall', 'role') AND event_date <= $last_day
ORDER BY event_date, dimension, segment
"""
COUNTRIES = """
SELECT segment, sum(dau) AS users
FROM behaviour.kpi_daily
WHERE dimension = 'country' AND event_date <= $last_day
GROUP BY segment
ORDER BY segment
"""


@dataclass(frozen=True)
class Target:
    """A metric to forecast.

    Attributes:
        metric: column of `behaviour.kpi_daily`.
        window: days that a value looks back on, over which the calendar is averaged; None: so many that the
            calendar tells nothing that drift does not.
        adds_up: whether roles sum to the total.
        methods: what is tried.
    """

    metric: str
    window: int | None = 1
    adds_up: bool = True
    methods: tuple[str, ...] = FAST

    def calendar(self, calendar: Calendar) -> Calendar:
        """The calendar as this metric takes it."""
        return NO_CALENDAR if self.window is None else calendar.over(self.window)


TARGETS = (
    Target("dau", methods=(*FAST, PROPHET)),
    Target("wau", window=7),
    Target("mau", window=None),
    Target("new_users"),
    Target("retention_7d", adds_up=False),
    Target("trial_starts"),
    Target("conversions"),
    Target("active_subscribers", window=None),
)


def read_families(engine: Engine, last_day: date) -> dict[str, dict[Segment, Series]]:
    """The series of each metric, overall and by role, over the same days up to a reporting day.

    A family begins with the first day on which the overall count is above zero; one that never is has no
    series.
    """
    columns = ", ".join(target.metric for target in TARGETS)
    rows = pl.DataFrame(engine.query(QUERY.format(columns=columns), {"last_day": last_day}))
    return {target.metric: _family(rows, target, last_day) for target in TARGETS}


def read_users_by_country(engine: Engine, last_day: date) -> Mapping[str, float]:
    """User-days by country, which weigh the calendar."""
    rows = engine.query(COUNTRIES, {"last_day": last_day}).to_pylist()
    return {str(row["segment"]): float(row["users"]) for row in rows}


def _family(rows: pl.DataFrame, target: Target, last_day: date) -> dict[Segment, Series]:
    above = rows.filter((pl.col("dimension") == "overall") & (pl.col(target.metric) > 0))
    if above.is_empty():
        return {}
    first_day = above["event_date"].min()
    assert isinstance(first_day, date)
    size = (last_day - first_day).days + 1
    found: dict[Segment, Series] = {}
    parts = rows.filter(pl.col("event_date") >= first_day).partition_by("dimension", "segment", as_dict=True)
    for key, part in sorted(parts.items()):
        # A count of a segment that was not yet seen is zero; a ratio is not known.
        values = np.full(size, 0.0 if target.adds_up else np.nan)
        places = (part["event_date"] - first_day).dt.total_days().to_numpy()
        values[places] = part[target.metric].cast(pl.Float64).to_numpy()
        found[str(key[0]), str(key[1])] = Series(first_day, values)
    return found


def why_not(series: Series | None) -> str | None:
    """Why a series has no forecast; None where it has one."""
    if series is None:
        return "It was never above zero."
    if series.known < MINIMUM_DAYS:
        return f"{series.known} days with a value are too few: a forecast takes {MINIMUM_DAYS}."
    return None
