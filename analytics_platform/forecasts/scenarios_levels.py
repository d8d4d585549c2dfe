"""Forecasts as scenarios take them: the newest of each metric's champion, and of new users."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORECASTS = "forecasts.forecasts"
NEW_USERS = "new_users"
ENDS = ("low_95", "low_80", "high_80", "high_95")


@dataclass(frozen=True)
class Level:
    """A forecast of one metric on one day, in the metric's unit.

    Attributes:
        value: the forecast.
        ends: ends of its intervals, by name of ENDS.
    """

    value: float
    ends: Mapping[str, float]


Levels = Mapping[tuple[str, date], Level]
"""Forecasts by metric and day; empty where there are none."""


def levels_of(rows: Iterable[Mapping[str, Any]], price_usd: float) -> dict[tuple[str, date], Level]:
    """The newest forecasts of all users, by metric and day.

    Args:
        rows: rows of `forecasts.forecasts`.
        price_usd: of a subscription, a month (USD): subscribers × price is `mrr_usd`.
    """
    chosen = [
        row
        for row in rows
        if row["is_champion"] and row["dimension"] == "overall" and row["forecast"] is not None
    ]
    newest = max((row["made_on_date"] for row in chosen), default=None)
    found = {
        (row["metric"], row["event_date"]): Level(row["forecast"], {end: row[end] for end in ENDS})
        for row in chosen
        if row["made_on_date"] == newest and all(row[end] is not None for end in ENDS)
    }
    paid = {day: level for (metric, day), level in found.items() if metric == "active_subscribers"}
    for day, level in paid.items():
        ends = {end: value * price_usd for end, value in level.ends.items()}
        found["mrr_usd", day] = Level(level.value * price_usd, ends)
    return found


def new_users(levels: Levels, days: Iterable[date]) -> NDArray[np.float64] | None:
    """New users on each of some days, not a number where there is no forecast; None where none has one."""
    found = [levels.get((NEW_USERS, day)) for day in days]
    if not any(found):
        return None
    return np.array([np.nan if level is None else max(level.value, 0.0) for level in found])
