"""The record that scenarios rest on, read from the lake: visits, subscriptions and arms of experiments."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.forecasts.scenarios_history import Arms, History
from analytics_platform.lakehouse import Engine

Ints = NDArray[np.int64]

INPUTS = ("activity.user_days",)
EXPERIMENTS = ("experiments.exposures", "experiments.catalogue")
LONGEST_DAYS = 400
"""Older days are not read: what they tell of a user's state today is that the user was there."""

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970, by which the growth model counts."""
    return (day - EPOCH).days


def record(engine: Engine, first_date: date, last_date: date, experiments: Iterable[str] = ()) -> History:
    """Read what scenarios rest on.

    Args:
        engine: answers from `activity.user_days`, and for experiments from their exposures and catalogue.
        first_date: first reporting day there is.
        last_date: last reporting day that counts.
        experiments: whose arms are wanted; one without exposures is left out.
    """
    first = max(first_date, last_date - timedelta(days=LONGEST_DAYS - 1))
    last = {"last_day": last_date}
    people = _query(engine, "scenarios_people", last)
    known = people["user_id"].to_numpy()

    def numbered(rows: pl.DataFrame) -> Ints:
        return np.searchsorted(known, rows["user_id"].to_numpy())

    visits = _query(engine, "scenarios_visits", {**last, "first_day": first})
    billing = _query(engine, "scenarios_billing", last).filter(
        pl.col("user_id").is_in(people["user_id"].implode())
    )
    arms = {name: _query(engine, "scenarios_arms", {**last, "experiment_id": name}) for name in experiments}
    arms = {
        name: rows.filter(pl.col("user_id").is_in(people["user_id"].implode())) for name, rows in arms.items()
    }
    return History(
        users=numbered(visits),
        days=_days(visits["event_date"]),
        known=(people["first_date"] < first).to_numpy(),
        classroom=people["classroom_id"].fill_null(-1).to_numpy().astype(np.int64),
        first_day=day_number(first),
        last_day=day_number(last_date),
        conversions=_moves(billing, numbered(billing), "conversions"),
        cancellations=_moves(billing, numbered(billing), "cancellations"),
        arms={name: _arms(rows, numbered(rows), len(known)) for name, rows in arms.items() if rows.height},
    )


def _query(engine: Engine, name: str, parameters: Mapping[str, object]) -> pl.DataFrame:
    sql = Path(__file__).with_name(f"{name}.sql").read_text()
    return pl.DataFrame(engine.query(sql, parameters))


def _days(dates: pl.Series) -> Ints:
    return dates.to_physical().to_numpy().astype(np.int64)


def _moves(billing: pl.DataFrame, users: Ints, name: str) -> Ints:
    times = billing[name].to_numpy().astype(np.int64)
    return np.stack([np.repeat(users, times), np.repeat(_days(billing["event_date"]), times)])


def _arms(rows: pl.DataFrame, users: Ints, people: int) -> Arms:
    since, is_treated = np.full(people, -1), np.zeros(people, bool)
    since[users] = _days(rows["exposed_date"])
    is_treated[users] = rows["is_treated"].to_numpy()
    stars = [rows[name].to_numpy().astype(np.int64) for name in ("ratings", "stars")]
    return Arms(
        since=since,
        is_treated=is_treated,
        last_day=int(_days(rows["end_date"])[0]),
        is_by_class=rows["unit"][0] == "classroom",
        ratings=np.stack([users, *stars]),
    )
